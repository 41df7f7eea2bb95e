import { Match } from 'aws-cdk-lib/assertions';
import { functionId, mappingOf, resourcesOf, stackWith, templateWith, theOne } from '../support/synth.ts';

const template = templateWith({ batchingComparison: 'true' });
const outputs = template.toJSON().Outputs;
const names = ['put-item-1', 'put-item-2'];

/** The function and its mapping without what must differ: who they are, where they write, how large the batches are. */
function withoutBatches(number: 1 | 2) {
  const [, { Properties: mapping }] = mappingOf(template, `put-item-${number}`);
  const [, { Properties: lambda }] = theOne(template, 'AWS::Lambda::Function', { Description: `put-item-${number}` });
  const { FunctionName, EventSourceArn, BatchSize, MaximumBatchingWindowInSeconds, ...sameMapping } = mapping;
  const { Description, Role, LoggingConfig, Environment, ...sameFunction } = lambda;
  return { sameMapping, sameFunction, format: LoggingConfig.LogFormat, variables: Object.keys(Environment.Variables) };
}

describe('the batching comparison', () => {
  it('is off by default', () => {
    const off = templateWith();
    for (const name of names) expect(resourcesOf(off, 'AWS::Lambda::Function', { Description: name })).toEqual([]);
    const tables = resourcesOf(off, 'AWS::DynamoDB::GlobalTable').map(([id]) => id);
    expect(tables.filter((id) => id.startsWith('BatchingComparison'))).toEqual([]);
    off.resourceCountIs('AWS::Kinesis::StreamConsumer', 0);
    expect(Object.keys(off.toJSON().Outputs).filter((name) => name.startsWith('PutItem'))).toEqual([]);
  });

  it.each([
    { name: 'put-item-1', BatchSize: 100, MaximumBatchingWindowInSeconds: 30 },
    { name: 'put-item-2', BatchSize: 10, MaximumBatchingWindowInSeconds: 2 },
  ])(
    'gives $name $BatchSize orders at most, after $MaximumBatchingWindowInSeconds s at the latest',
    ({ name, ...batches }) =>
      template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
        FunctionName: { Ref: functionId(template, name) },
        FilterCriteria: { Filters: [{ Pattern: '{"data":{"type":["OrderPlaced"]}}' }] },
        ...batches,
      }),
  );

  it('compares nothing but batches: all else is equal, the code included', () =>
    expect(withoutBatches(1)).toEqual(withoutBatches(2)));

  it('has a table for each, keyed as the orders are, without an index to pay for', () => {
    const tables = [1, 2].map((number) => outputs[`PutItem${number}TableName`].Value.Ref);
    expect(new Set(tables).size).toBe(2);
    for (const [number, table] of tables.entries()) {
      const { Properties } = template.toJSON().Resources[table];
      expect(Properties.GlobalSecondaryIndexes).toBeUndefined();
      expect(Properties).toMatchObject({
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [
          { AttributeName: 'accountid', KeyType: 'HASH' },
          { AttributeName: 'vendorid', KeyType: 'RANGE' },
        ],
      });
      template.hasResourceProperties('AWS::Lambda::Function', {
        Description: `put-item-${number + 1}`,
        Environment: { Variables: { ORDER_TABLE: { Ref: table } } },
      });
    }
  });

  it('tells where its functions are', () => {
    for (const number of [1, 2]) {
      expect(outputs[`PutItem${number}FunctionName`].Value.Ref).toBe(functionId(template, `put-item-${number}`));
    }
  });

  it('reads by enhanced fan-out, so that the crowd that shares the stream grows no larger', () => {
    const said = jest.spyOn(console, 'error').mockImplementation(() => {});
    stackWith({ batchingComparison: 'true' }).app.synth();
    expect(said.mock.calls.join()).not.toContain('put-item');
    for (const name of names) {
      const [own] = theOne(template, 'AWS::Kinesis::StreamConsumer', { ConsumerName: name });
      expect(mappingOf(template, name)[1].Properties.EventSourceArn).toEqual({ 'Fn::GetAtt': [own, 'ConsumerARN'] });
    }
  });

  it('is measured by Lambda Insights, in every region that has it; no other function is', () => {
    const measured = resourcesOf(template, 'AWS::Lambda::Function', { Layers: Match.anyValue() });
    expect(measured.map(([, { Properties }]) => Properties.Description).toSorted()).toEqual(names);
    for (const [, { Properties }] of measured) {
      const [{ 'Fn::FindInMap': layer }] = Properties.Layers;
      const byRegion = template.toJSON().Mappings[layer[0]];
      expect(byRegion['ap-southeast-2'][layer[2]]).toMatch(/:layer:LambdaInsightsExtension-Arm64:\d+$/);
    }
  });

  it('is refused in a region of which the CDK knows no Lambda Insights', () =>
    expect(() => stackWith({ batchingComparison: 'true', region: 'mx-central-1' })).toThrow(
      'Wrong settings:\n  -c region=mx-central-1: has no Lambda Insights 1.0.498.0, as far as the CDK knows, for put-item-1',
    ));
});
