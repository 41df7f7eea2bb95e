import type { KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda';
import { checkEvent } from '../../lambda/check-event/check-event.ts';
import { projectInvoice } from '../../lambda/project-invoice/project-invoice.ts';
import { projectOrder } from '../../lambda/project-order/project-order.ts';
import { answerJobs } from '../child.ts';
import { makeEvent } from '../orders.ts';
import { measureWindow } from '../sales.ts';

/** So many batches to measure, after as many to warm up. */
export interface ConsumerJob {
  readonly batches: number;
}

/** Microseconds of CPU a record, by consumer. */
export type ConsumerWork = Readonly<Record<string, number>>;

/** As the mappings hand out at most. */
const recordsABatch = 100;

const batch = (first: number): KinesisStreamEvent => ({
  Records: Array.from({ length: recordsABatch }, (_, index) => record(first + index)),
});

function record(number: number): KinesisStreamRecord {
  const event = makeEvent(number);
  const sequenceNumber = String(number).padStart(56, '4');
  return {
    kinesis: {
      kinesisSchemaVersion: '1.0',
      partitionKey: event.subject,
      sequenceNumber,
      data: Buffer.from(JSON.stringify(event)).toString('base64'),
      approximateArrivalTimestamp: 1_763_806_530.123,
    },
    eventSource: 'aws:kinesis',
    eventVersion: '1.0',
    eventID: `shardId-000000000000:${sequenceNumber}`,
    eventName: 'aws:kinesis:record',
    invokeIdentityArn: 'arn:aws:iam::000000000000:role/consumer',
    awsRegion: 'us-east-1',
    eventSourceARN: 'arn:aws:kinesis:us-east-1:000000000000:stream/events',
  };
}

/** The consumers over stores that only remember. */
const consumers = () => {
  const items = new Map<string, string>();
  const invoices = new Map<string, string>();
  return {
    'project-order': projectOrder({
      apply: async ({ subject }, sequenceNumber) => void items.set(subject, sequenceNumber),
    }),
    'project-invoice': projectInvoice({ put: async ({ key, json }) => void invoices.set(key, json) }),
    'check-event': checkEvent(),
  };
};

answerJobs<ConsumerJob, ConsumerWork>(async ({ batches }) => {
  const work: Record<string, number> = {};
  const events = Array.from({ length: batches }, (_, index) => batch(index * recordsABatch));
  for (const [name, consume] of Object.entries(consumers())) {
    for (const event of events) await consume(event);
    const before = process.cpuUsage();
    for (const event of events) {
      const { batchItemFailures } = await consume(event);
      if (batchItemFailures.length > 0) throw new Error(`${name} failed at ${JSON.stringify(batchItemFailures)}`);
    }
    const { user, system } = process.cpuUsage(before);
    work[name] = (user + system) / (batches * recordsABatch);
  }
  work['aggregate-revenue'] = await measureWindow();
  return work;
});
