import fc from 'fast-check';
import { SaleRecorded } from '../../domain/revenue/sale-recorded.ts';
import { compileTemplate } from '../../local/event-bridge/input-template.ts';
import { compilePattern } from '../../local/event-pattern/pattern.ts';
import { saleDetail } from '../support/sales.ts';
import { everythingOn, functionId, type Resource, resourcesOf, templateWith, theOne } from '../support/synth.ts';

const template = templateWith();
const [queueId] = theOne(template, 'AWS::SQS::Queue');
const queueArn = { 'Fn::GetAtt': [queueId, 'Arn'] };
const rules = resourcesOf(template, 'AWS::Events::Rule').map(([, rule]) => rule);
const matches = rules.map(({ Properties }) => compilePattern(JSON.stringify(Properties.EventPattern)));
const targetOf = (rule: Resource | undefined) => rule?.Properties.Targets[0];
const rulesOf = (detailType: string, detail: Record<string, unknown>) =>
  rules.filter((_, place) => matches[place]?.({ source: 'stores', 'detail-type': detailType, detail }));
const targetsOf = (detailType: string, detail: Record<string, unknown>) =>
  rulesOf(detailType, detail).map((rule) => targetOf(rule).Arn['Fn::GetAtt'][0].replace(/[0-9A-F]{8}$/, ''));

interface Allowed {
  readonly Action: string;
  readonly Condition: {
    readonly ArnEquals: { readonly 'aws:SourceArn': { readonly 'Fn::GetAtt': readonly string[] } };
  };
}

describe("the stores' bus", () => {
  it.each([
    ['sales-events', {}, 'EventStream'],
    ['sales-events', { sales: 'a lot', is_return: null }, 'EventStream'],
    ['sales-events', { store_id: undefined }, 'StoreEventsDeadLetters'],
    ['sales-events', { request_id: undefined, sales: undefined }, 'StoreEventsDeadLetters'],
    ['inventory-events', {}, 'StoreEventsKeepStock'],
    ['inventory-events', { sales: undefined }, 'StoreEventsKeepStock'],
    ['inventory-events', { name: undefined }, 'StoreEventsDeadLetters'],
    ['Sales-Events', {}, 'StoreEventsDeadLetters'],
    ['weather-events', {}, 'StoreEventsDeadLetters'],
  ])('sends %s with %j to %s', (detailType, changes, target) =>
    expect(targetsOf(detailType, JSON.parse(JSON.stringify(saleDetail(changes))))).toEqual([target]),
  );

  it('sends every event to exactly one target, whatever its detail is', () => {
    const field = fc.constantFrom('request_id', 'store_id', 'sales', 'is_return', 'name', 'else');
    const detailType = fc.constantFrom('sales-events', 'inventory-events', 'weather-events');
    fc.assert(
      fc.property(detailType, fc.dictionary(field, fc.jsonValue({ maxDepth: 2 })), (type, detail) => {
        const { source, ...plain } = { source: 'stores', ...detail };
        expect(rulesOf(type, plain)).toHaveLength(1);
      }),
    );
  });

  it('makes an event of ours of a sale, its fields as they came', () => {
    const [rule] = rulesOf('sales-events', saleDetail());
    const { InputPathsMap, InputTemplate } = targetOf(rule).InputTransformer;
    const detail = saleDetail({ note: 'ein "Zitat"', list: [1, { a: null }] });
    const envelope = {
      version: '0',
      id: 'e1',
      'detail-type': 'sales-events',
      source: 'stores',
      account: '000000000000',
      time: '2026-11-22T10:15:30Z',
      region: 'us-east-1',
      resources: [],
      detail,
    };
    const rendered = compileTemplate(InputTemplate, InputPathsMap, { arn: 'arn', name: 'rule' }).render({
      text: JSON.stringify(envelope),
    } as never);
    expect(JSON.parse(rendered)).toEqual(
      SaleRecorded.create({
        id: 'r1',
        source: 'stores',
        subject: 'store_1',
        time: '2026-11-22T10:15:30Z',
        data: detail as never,
      }),
    );
    expect(targetOf(rule).KinesisParameters).toEqual({ PartitionKeyPath: '$.detail.store_id' });
  });

  it('tries each target for a day, and then the dead-letter queue has the event', () => {
    for (const rule of rules) {
      const { RetryPolicy, DeadLetterConfig, Arn } = targetOf(rule);
      expect(RetryPolicy).toEqual({ MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 });
      if (JSON.stringify(Arn) !== JSON.stringify(queueArn)) expect(DeadLetterConfig).toEqual({ Arn: queueArn });
    }
  });

  it('hands the dead-letter queue what keep-stock fails at, too', () =>
    template.hasResourceProperties('AWS::Lambda::Function', {
      Description: 'keep-stock',
      DeadLetterConfig: { TargetArn: queueArn },
    }));

  it('keeps dead letters for 14 days, lets nobody but its rules write them, and an alarm counts them', () => {
    template.hasResourceProperties('AWS::SQS::Queue', { MessageRetentionPeriod: 14 * 86_400 });
    const [, policy] = theOne(template, 'AWS::SQS::QueuePolicy');
    const allowed = policy.Properties.PolicyDocument.Statement.filter(
      ({ Effect }: { Effect: string }) => Effect === 'Allow',
    );
    const ruleIds = resourcesOf(template, 'AWS::Events::Rule').map(([id]) => id);
    expect(
      allowed.map(({ Condition }: Allowed) => Condition.ArnEquals['aws:SourceArn']['Fn::GetAtt'][0]).sort(),
    ).toEqual(ruleIds.sort());
    expect(new Set(allowed.map(({ Action }: Allowed) => Action))).toEqual(new Set(['sqs:SendMessage']));
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [queueId, 'QueueName'] } }],
      Threshold: 0,
      ComparisonOperator: 'GreaterThanThreshold',
    });
  });

  it('gives EventBridge no more rights on the stream than to put records', () => {
    const [, policy] = theOne(template, 'AWS::IAM::Policy', {
      Roles: [{ Ref: targetOf(rulesOf('sales-events', saleDetail())[0]).RoleArn['Fn::GetAtt'][0] }],
    });
    expect(policy.Properties.PolicyDocument.Statement.map(({ Action }: { Action: unknown }) => Action)).toEqual([
      ['kinesis:PutRecord', 'kinesis:PutRecords'],
    ]);
  });

  it('has a producer with all the time that Lambda gives', () =>
    template.hasResourceProperties('AWS::Lambda::Function', { Description: 'produce-sales', Timeout: 900 }));

  it('keeps the queue and the stock in production', () => {
    const kept = templateWith(everythingOn);
    const stock = kept.toJSON().Outputs.StockTableName.Value.Ref;
    expect(theOne(kept, 'AWS::SQS::Queue')[1].DeletionPolicy).toBe('Retain');
    expect(kept.toJSON().Resources[stock].DeletionPolicy).toBe('Retain');
    expect(functionId(kept, 'keep-stock')).toBeDefined();
  });
});
