import { expect, it } from '@jest/globals';
import { resourceTypes } from '../../../local/resources/index.ts';
import { planResources } from '../../../local/resources/plan.ts';

const deployment = { stackName: 'Probe', region: 'us-east-1', accountId: '000000000000' };
const code = { Role: 'arn:aws:iam::000000000000:role/r', Code: { ZipFile: '' }, Handler: 'index.handler' };
const destination = { ExtendedS3DestinationConfiguration: { BucketARN: 'arn:aws:s3:::b' } };

it.each([
  ['AWS::Lambda::Function', 'FunctionName', { ...code, Runtime: 'nodejs24.x' }, 64],
  ['AWS::KinesisFirehose::DeliveryStream', 'DeliveryStreamName', destination, 64],
  ['AWS::SQS::Queue', 'QueueName', {}, 80],
])('an %s takes no %s that would leave its folder, or that AWS refuses', (Type, property, properties, longest) => {
  const plan = (name: string) =>
    planResources(
      { Resources: { Named: { Type, Properties: { ...properties, [property]: name } } } },
      deployment,
      resourceTypes,
    );

  for (const name of ['../x', 'a/b', 'a b', '', 'x'.repeat(longest + 1)])
    expect(() => plan(name)).toThrow(`Named (${Type}): ${property}: `);
  for (const name of ['An-order_7', 'x'.repeat(longest)]) expect(plan(name).resources).toHaveLength(1);
});
