// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Fn::Sub writes its variables so
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { evaluate, unresolved } from '../../../local/assembly/evaluate.ts';
import { templateScope } from '../../../local/assembly/scope.ts';
import type { Template } from '../../../local/assembly/template.ts';
import { StartError } from '../../../local/start-error.ts';

const template: Template = {
  Resources: { Stream: { Type: 'AWS::Kinesis::Stream' }, Later: { Type: 'AWS::S3::Bucket' } },
  Parameters: {
    Shards: { Type: 'Number', Default: '3' },
    Zones: { Type: 'CommaDelimitedList', Default: 'a, b' },
    Ports: { Type: 'List<Number>', Default: '1,2' },
    Needed: { Type: 'String' },
    BootstrapVersion: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/cdk-bootstrap/hnb659fds/version' },
  },
  Conditions: {
    Here: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'us-east-1'] },
    Elsewhere: { 'Fn::Not': [{ Condition: 'Here' }] },
    Either: { 'Fn::Or': [{ Condition: 'Elsewhere' }, { 'Fn::Equals': ['1', 1] }] },
    Both: { 'Fn::And': [{ Condition: 'Here' }, { Condition: 'Elsewhere' }] },
    Circular: { 'Fn::Not': [{ Condition: 'Circular' }] },
  },
  Mappings: { Memory: { 'us-east-1': { small: 128, names: ['x', 'y'] } } },
};

const scope = templateScope(
  template,
  { stackName: 'Probe', region: 'us-east-1', accountId: '000000000000' },
  {
    ref: (logicalId) => (logicalId === 'Later' ? unresolved : 'the-stream'),
    attribute: (logicalId, attribute) => (logicalId === 'Later' ? unresolved : `${logicalId}/${attribute}`),
  },
);
const value = (intrinsic: unknown) => evaluate(intrinsic, scope, 'At');
const refusal = (intrinsic: unknown): string => {
  try {
    return `evaluated to ${JSON.stringify(value(intrinsic))}`;
  } catch (error) {
    expect(error).toBeInstanceOf(StartError);
    return (error as Error).message;
  }
};

describe('a template value', () => {
  it.each([
    ['a resource', { Ref: 'Stream' }, 'the-stream'],
    ['the region', { Ref: 'AWS::Region' }, 'us-east-1'],
    ['the account', { Ref: 'AWS::AccountId' }, '000000000000'],
    ['the partition', { Ref: 'AWS::Partition' }, 'aws'],
    ['the URL suffix', { Ref: 'AWS::URLSuffix' }, 'amazonaws.com'],
    ['the stack name', { Ref: 'AWS::StackName' }, 'Probe'],
    ['the stack id', { Ref: 'AWS::StackId' }, 'arn:aws:cloudformation:us-east-1:000000000000:stack/Probe/local'],
    ['a number parameter', { Ref: 'Shards' }, 3],
    ['a list parameter', { Ref: 'Zones' }, ['a', 'b']],
    ['a list of numbers', { Ref: 'Ports' }, [1, 2]],
  ])('refers to %s', (_, reference, expected) => expect(value(reference)).toEqual(expected));

  it.each([
    ['a list', { 'Fn::GetAtt': ['Stream', 'Arn'] }],
    ['a dotted string', { 'Fn::GetAtt': 'Stream.Arn' }],
  ])('gets an attribute by %s', (_, reference) => expect(value(reference)).toBe('Stream/Arn'));

  it('keeps the dots of a nested attribute', () =>
    expect(value({ 'Fn::GetAtt': 'Stream.Endpoint.Port' })).toBe('Stream/Endpoint.Port'));

  it('joins parts of every kind', () =>
    expect(value({ 'Fn::Join': [':', ['a', 1, true, { Ref: 'Stream' }]] })).toBe('a:1:true:the-stream'));

  it('joins the entries of a list parameter', () => expect(value({ 'Fn::Join': ['+', { Ref: 'Zones' }] })).toBe('a+b'));

  it('leaves AWS::NoValue out of joined lists', () =>
    expect(value({ 'Fn::Join': ['-', ['a', { Ref: 'AWS::NoValue' }, 'b']] })).toBe('a-b'));

  it.each([
    ['names', 'x-${Stream}-${AWS::Region}', 'x-the-stream-us-east-1'],
    ['attributes', '${Stream.Arn}/*', 'Stream/Arn/*'],
    ['literals', 'a ${!Stream} b', 'a ${Stream} b'],
    ['nothing', 'plain $text {here}', 'plain $text {here}'],
  ])('substitutes %s', (_, pattern, expected) => expect(value({ 'Fn::Sub': pattern })).toBe(expected));

  it('substitutes its own variables before names of the template', () =>
    expect(value({ 'Fn::Sub': ['${Stream} ${n}', { Stream: 'mine', n: { Ref: 'Shards' } }] })).toBe('mine 3'));

  it.each([
    ['Here', 'yes'],
    ['Elsewhere', 'no'],
    ['Either', 'yes'],
    ['Both', 'no'],
  ])('follows the condition %s', (name, expected) => expect(value({ 'Fn::If': [name, 'yes', 'no'] })).toBe(expected));

  it('does not evaluate the branch that is not taken', () =>
    expect(value({ 'Fn::If': ['Here', 1, { Ref: 'Nothing' }] })).toBe(1));

  it('loses the keys and the entries that have no value', () => {
    const none = { 'Fn::If': ['Here', { Ref: 'AWS::NoValue' }, 1] };
    expect(value({ a: none, b: [none, 2], c: { d: none } })).toEqual({ b: [2], c: {} });
  });

  it('selects, splits, looks up and encodes', () => {
    const split = { 'Fn::Split': [':', 'arn:aws:s3'] };
    expect(value({ 'Fn::Select': ['2', split] })).toBe('s3');
    expect(value({ 'Fn::FindInMap': ['Memory', { Ref: 'AWS::Region' }, 'small'] })).toBe(128);
    expect(value({ 'Fn::FindInMap': ['Memory', 'us-east-1', 'names'] })).toEqual(['x', 'y']);
    expect(value({ 'Fn::Base64': { 'Fn::Sub': '${Stream}' } })).toBe(Buffer.from('the-stream').toString('base64'));
  });

  it('takes an object whose keys only look like functions as it is', () => {
    const policy = { Condition: { Bool: { x: 'false' } }, Ref: 'a', other: 1 };
    expect(value(policy)).toEqual(policy);
  });

  it.each([
    [{ Ref: 'Nothing' }, 'At: there is no parameter and no resource Nothing'],
    [{ a: [{ Ref: 'Needed' }] }, 'At.a.0: the parameter Needed has no default'],
    [{ Ref: 'BootstrapVersion' }, 'At: the value of the parameter BootstrapVersion lies in SSM'],
    [{ 'Fn::GetAtt': ['Nothing', 'Arn'] }, 'At: there is no resource Nothing'],
    [{ 'Fn::GetAtt': 'Stream' }, 'At: Fn::GetAtt names no attribute: Stream'],
    [{ 'Fn::ImportValue': 'x' }, 'At: Fn::ImportValue is not evaluated here'],
    [{ x: { 'Fn::Cidr': [] } }, 'At.x: Fn::Cidr is not evaluated here'],
    [{ 'Fn::If': ['Nothing', 1, 2] }, 'At: there is no condition Nothing'],
    [{ 'Fn::If': ['Here', 1] }, 'At: a list of 3 is needed'],
    [{ 'Fn::If': ['Circular', 1, 2] }, 'Conditions.Circular.Fn::Not: the condition Circular refers to itself'],
    [{ 'Fn::Select': [5, ['a']] }, 'At: Fn::Select finds no entry 5'],
    [{ 'Fn::FindInMap': ['Memory', 'eu-west-1', 'small'] }, 'At: the mappings have no Memory.eu-west-1.small'],
    [{ 'Fn::Join': ['', [{ Ref: 'Zones' }]] }, 'At: a string is needed, not ["a","b"]'],
  ])('refuses %j, saying where', (intrinsic, message) => expect(refusal(intrinsic)).toBe(message));

  it.each([
    { Ref: 'Later' },
    { 'Fn::Sub': 'x${Later.Arn}' },
    { 'Fn::Join': ['', ['a', { Ref: 'Later' }]] },
    { 'Fn::Select': [5, { 'Fn::Split': [':', { 'Fn::GetAtt': ['Later', 'Arn'] }] }] },
  ])('is unresolved while %j needs a resource that is not there yet', (intrinsic) =>
    expect(value({ a: intrinsic, b: 1 })).toEqual({ a: unresolved, b: 1 }),
  );

  it('is what it was where it holds no intrinsic', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        fc.pre(!JSON.stringify(json).match(/"(Ref|Fn::)/));
        expect(value(json)).toEqual(json);
      }),
    );
  });
});
