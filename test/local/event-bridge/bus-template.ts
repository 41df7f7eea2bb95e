import type { ProbeResource, ProbeTemplate } from '../../support/assembly.ts';

const arnOf = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });
const ref = (logicalId: string) => ({ Ref: logicalId });
const rule = (detailType: unknown[], ...targets: object[]): ProbeResource => ({
  Type: 'AWS::Events::Rule',
  Properties: {
    EventBusName: ref('Bus'),
    EventPattern: { 'detail-type': detailType },
    State: 'ENABLED',
    Targets: targets.map((target, index) => ({ Id: `Target${index}`, ...target })),
  },
});
const deadLetters = { DeadLetterConfig: { Arn: arnOf('Dead') } };

/**
 * A bus `Bus` with a rule for each way to a target, named by its detail type; the function writes down its calls in the
 * file `calls`.
 */
export const busTemplate = (calls: string): ProbeTemplate => ({
  Resources: {
    Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'stores' } },
    Policy: { Type: 'AWS::Events::EventBusPolicy', Properties: { StatementId: 'any', EventBusName: ref('Bus') } },
    Archive: { Type: 'AWS::Events::Archive', Properties: { SourceArn: arnOf('Bus') } },
    Stream: { Type: 'AWS::Kinesis::Stream', Properties: { ShardCount: 2 } },
    Queue: { Type: 'AWS::SQS::Queue' },
    Dead: { Type: 'AWS::SQS::Queue' },
    Function: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Code: { S3Bucket: 'x', S3Key: 'fn.zip' },
        Handler: 'index.handler',
        Runtime: 'nodejs24.x',
        Role: 'arn:aws:iam::000000000000:role/probe',
        Environment: { Variables: { CALLS: calls } },
      },
    },
    Sold: rule(['sale'], {
      Arn: arnOf('Stream'),
      RoleArn: 'arn:aws:iam::000000000000:role/events',
      KinesisParameters: { PartitionKeyPath: '$.detail.store' },
    }),
    Transformed: rule(['order'], {
      Arn: arnOf('Queue'),
      InputTransformer: {
        InputPathsMap: { id: '$.detail.id', store: '$.detail.store', all: '$.detail' },
        InputTemplate: '{"id":<id>,"subject":"stores/<store>","rule":<aws.events.rule-name>,"data":<all>}',
      },
    }),
    Invoked: rule(['call'], { Arn: arnOf('Function'), InputPath: '$.detail' }),
    Gone: rule(['gone'], {
      Arn: 'arn:aws:kinesis:us-east-1:000000000000:stream/nowhere',
      ...deadLetters,
    }),
    TooLong: rule(['key'], {
      Arn: arnOf('Stream'),
      KinesisParameters: { PartitionKeyPath: '$.detail.store' },
      ...deadLetters,
    }),
    Pathless: rule(['pathless'], { Arn: arnOf('Queue'), InputPath: '$.detail.none', ...deadLetters }),
    Off: {
      ...rule(['order'], { Arn: arnOf('Queue') }),
      Properties: { ...rule(['order'], { Arn: arnOf('Queue') }).Properties, State: 'DISABLED' },
    },
  },
  Outputs: {
    Bus: { Value: ref('Bus') },
    BusArn: { Value: arnOf('Bus') },
    Stream: { Value: ref('Stream') },
    Queue: { Value: ref('Queue') },
    Dead: { Value: ref('Dead') },
    RuleArn: { Value: arnOf('Gone') },
    Rule: { Value: ref('Gone') },
  },
});

/** Fails as often as the event says, so that Lambda tries it again. */
export const handler = `const fs = require('node:fs');
exports.handler = async (event, context) => {
  fs.appendFileSync(process.env.CALLS, JSON.stringify({ event, id: context.awsRequestId, url: process.env.AWS_ENDPOINT_URL_EVENTBRIDGE }) + '\\n');
  const calls = fs.readFileSync(process.env.CALLS, 'utf8').split('\\n').filter((line) => line.includes(event.id));
  if (calls.length <= event.failures) throw new Error('again');
};`;
