import { expect, it } from '@jest/globals';
import { awsPace } from '../../../local/pace.ts';
import { startLocal } from '../../../local/start-local.ts';
import { VirtualClock } from '../../../local/virtual-clock.ts';
import { writeAssembly } from '../../support/assembly.ts';
import { RunningBus } from '../event-bridge/running-bus.ts';
import { RunningFirehose } from './running-firehose.ts';

const arnOf = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });
const template = {
  Resources: {
    Bucket: { Type: 'AWS::S3::Bucket' },
    Stream: { Type: 'AWS::Kinesis::Stream', Properties: { ShardCount: 1 } },
    Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'stores' } },
    Rule: {
      Type: 'AWS::Events::Rule',
      Properties: {
        EventBusName: { Ref: 'Bus' },
        EventPattern: { source: ['stores'] },
        Targets: [{ Id: 'T', Arn: arnOf('Stream') }],
      },
    },
    Delivery: {
      Type: 'AWS::KinesisFirehose::DeliveryStream',
      Properties: {
        DeliveryStreamType: 'KinesisStreamAsSource',
        KinesisStreamSourceConfiguration: { KinesisStreamARN: arnOf('Stream') },
        ExtendedS3DestinationConfiguration: { BucketARN: arnOf('Bucket') },
      },
    },
  },
  Outputs: { Bus: { Value: { Ref: 'Bus' } }, Bucket: { Value: { Ref: 'Bucket' } } },
};

it('takes an event from the bus to its object in the minutes that AWS takes, without waiting for them', async () => {
  const clock = new VirtualClock(Date.parse('2031-05-06T07:59:50Z'));
  const stack = await startLocal({ assembly: writeAssembly(template), clock, pace: awsPace });
  const bus = new RunningBus(stack);
  const firehose = new RunningFirehose(stack);
  try {
    await bus.put('sale', { n: 1 });
    await clock.run(() => clock.sleep(302_000)); // to be read once a second, and a buffer of 300 s
    const [object] = await firehose.objects('', 1);

    expect(object?.key).toMatch(/^2031\/05\/06\/07\/Probe-Delivery-1-2031-05-06-07-59-5\d-/);
    expect(JSON.parse(object?.body.toString() ?? '')).toMatchObject({ time: '2031-05-06T07:59:50Z', detail: { n: 1 } });
  } finally {
    bus.disconnect();
    firehose.disconnect();
    await stack.close();
  }
});
