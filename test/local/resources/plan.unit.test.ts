import { describe, expect, it } from '@jest/globals';
import * as z from 'zod/mini';
import type { ResourceDeclaration, Template } from '../../../local/assembly/template.ts';
import { planResources } from '../../../local/resources/plan.ts';
import { resourceType } from '../../../local/resources/resource-type.ts';
import { StartError } from '../../../local/start-error.ts';

const lamp = resourceType({
  type: 'AWS::Probe::Lamp',
  properties: z.strictObject({
    Watts: z.int(),
    Room: z.optional(z.strictObject({ Name: z.string().check(z.minLength(2)) })),
    Bulbs: z.optional(z.array(z.strictObject({ Colour: z.string() }))),
  }),
  withoutEffect: ['Tags', 'Bulbs.Price'],
  create: async ({ logicalId }) => ({ ref: logicalId }),
});

const plan = (Resources: Record<string, ResourceDeclaration>, more: Partial<Template> = {}) =>
  planResources(
    { Resources, ...more },
    { stackName: 'Probe', region: 'us-east-1', accountId: '000000000000' },
    new Map([[lamp.type, lamp]]),
  );
const aLamp = (properties: Record<string, unknown> = {}): ResourceDeclaration => ({
  Type: 'AWS::Probe::Lamp',
  Properties: { Watts: 5, ...properties },
});
const refusal = (...args: Parameters<typeof plan>): string[] => {
  try {
    plan(...args);
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(StartError);
    return (error as Error).message.split('\n').map((line) => line.trim());
  }
};

describe('the plan of a template', () => {
  it('names the properties without effect that are there, and no others', () => {
    const { withoutEffect } = plan({
      A: aLamp({ Tags: [] }),
      B: aLamp({ Bulbs: [{ Colour: 'red', Price: 1 }] }),
      C: aLamp(),
    });
    expect([...withoutEffect].map(([type, paths]) => [type, [...paths]])).toEqual([
      ['AWS::Probe::Lamp', ['Tags', 'Bulbs.Price']],
    ]);
  });

  it('counts the types that are not run', () => {
    const role = { Type: 'AWS::IAM::Role' };
    const { notRun } = plan({ A: role, B: role, C: { Type: 'Custom::Anything' }, D: aLamp() });
    expect([...notRun]).toEqual([
      ['AWS::IAM::Role', 2],
      ['Custom::Anything', 1],
    ]);
  });

  it('never looks into what is not run', () => {
    const policy = { Type: 'AWS::S3::BucketPolicy', Properties: { x: { 'Fn::ImportValue': 'y' } } };
    expect(plan({ Policy: policy }).resources).toHaveLength(1);
  });

  it('puts what is referred to, and what is depended on, first', () => {
    const { resources } = plan({
      A: aLamp({ Room: { Name: { Ref: 'B' } } }),
      B: { ...aLamp(), DependsOn: ['C'] },
      C: aLamp(),
    });
    expect(resources.map(({ logicalId }) => logicalId)).toEqual(['C', 'B', 'A']);
  });

  it('leaves out what its condition leaves out', () => {
    const Conditions = { No: { 'Fn::Equals': ['a', 'b'] } };
    expect(plan({ A: { ...aLamp(), Condition: 'No' }, B: aLamp() }, { Conditions }).resources).toHaveLength(1);
    expect(
      refusal({ A: { ...aLamp(), Condition: 'No' }, B: aLamp({ Room: { Name: { Ref: 'A' } } }) }, { Conditions }),
    ).toContain('B needs A, which its condition leaves out');
  });

  it('tells every problem of every resource at once, each with its path', () =>
    expect(
      refusal({
        Unknown: { Type: 'AWS::Other::Thing' },
        Lamp: aLamp({ Watts: 'many', Colour: 'red', Room: { Size: 3 } }),
        Two: aLamp({ Bulbs: [{ Colour: 'red' }, { Colour: 1, Age: 2 }] }),
        Odd: aLamp({ Room: { Name: { 'Fn::ImportValue': 'x' } } }),
        Lost: aLamp({ Watts: { Ref: 'Nowhere' } }),
      }),
    ).toEqual([
      "the template can't be run here:",
      'Unknown: the resource type AWS::Other::Thing is not run here',
      'Lamp (AWS::Probe::Lamp): Watts: Invalid input: expected number, received string',
      'Lamp (AWS::Probe::Lamp): Room.Name: Invalid input: expected string, received undefined',
      'Lamp (AWS::Probe::Lamp): Room.Size is not run here',
      'Lamp (AWS::Probe::Lamp): Colour is not run here',
      'Two (AWS::Probe::Lamp): Bulbs.1.Colour: Invalid input: expected string, received number',
      'Two (AWS::Probe::Lamp): Bulbs.1.Age is not run here',
      'Odd.Properties.Room.Name: Fn::ImportValue is not evaluated here',
      'Lost.Properties.Watts: there is no parameter and no resource Nowhere',
    ]));

  it('takes a value for right as long as it hangs on a resource that is not there yet', () =>
    expect(refusal({ A: aLamp({ Watts: { 'Fn::GetAtt': ['B', 'Watts'] } }), B: aLamp() })).toEqual([]));

  it('refuses resources that need each other', () =>
    expect(refusal({ A: aLamp({ Room: { Name: { Ref: 'B' } } }), B: aLamp({ Room: { Name: { Ref: 'A' } } }) })).toEqual(
      ['the resources need each other in a circle: A → B → A'],
    ));

  it('refuses what is no resource', () =>
    expect(refusal({ Untyped: {}, Nothing: null, Lamp: aLamp() } as never)).toEqual([
      "the template can't be run here:",
      'Untyped: it has no Type, so that it is no resource',
      'Nothing: it has no Type, so that it is no resource',
    ]));

  it('refuses a macro', () =>
    expect(refusal({}, { Transform: 'AWS::Serverless-2016-10-31' })).toContain('Transform: macros are not run here'));
});
