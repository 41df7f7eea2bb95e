import type { Counts } from '../../cost/counts.ts';
import type { Deployed } from '../../cost/deployed.ts';
import type { Workload } from '../../cost/workload.ts';

/** One consumer, one table with one index, one shard; at 1,769 MiB a function has one whole core. */
export const smallStack: Deployed = {
  functions: [
    { name: 'ingest-order', memoryMiB: 1_769, architecture: 'arm64', insights: false, indexes: 0, wholeIndexes: 0 },
    { name: 'project-order', memoryMiB: 1_769, architecture: 'arm64', insights: false, indexes: 1, wholeIndexes: 1 },
  ],
  readers: [
    { function: 'project-order', batchSize: 100, windowSeconds: 10, eventTypes: ['OrderPlaced'], ownReads: false },
  ],
  deliveries: [],
  shards: 1,
  retentionHours: 24,
  shardMetrics: 0,
  requestsPerSecond: 5_000,
  pointInTimeRecovery: false,
  dashboards: 1,
  alarms: 10,
};

/** Something of everything that has a price. */
export const largeStack: Deployed = {
  ...smallStack,
  functions: [
    ...smallStack.functions,
    { name: 'project-invoice', memoryMiB: 256, architecture: 'x86_64', insights: true, indexes: 0, wholeIndexes: 0 },
  ],
  readers: [
    ...smallStack.readers,
    { function: 'project-invoice', batchSize: 10, windowSeconds: 0, eventTypes: undefined, ownReads: true },
  ],
  deliveries: [{ name: 'archive', bufferSeconds: 60, bufferMiB: 1 }],
  retentionHours: 8_760,
  pointInTimeRecovery: true,
  shardMetrics: 2,
};

export const counts: Counts = {
  countedAt: '2026-11-22T10:15:30.000Z',
  machine: 'a machine',
  orders: 1_000,
  sales: 1_000,
  saleBytes: 400,
  orderBytes: 500,
  eventBytes: 1_000,
  itemBytes: 900,
  itemBytesPerEvent: 40,
  invoiceBytes: 300,
  answerBytes: 500,
  answerBytesPerOrder: 100,
  functions: {
    'ingest-order': { invocationCpuMs: 2, recordCpuMs: 1, logBytes: 400, callsPerRecord: { 'kinesis:PutRecords': 1 } },
    'project-order': {
      invocationCpuMs: 10,
      recordCpuMs: 1,
      logBytes: 600,
      callsPerRecord: { 'dynamodb:UpdateItem': 1 },
    },
    'project-invoice': { invocationCpuMs: 5, recordCpuMs: 1, logBytes: 600, callsPerRecord: { 's3:PutObject': 1 } },
  },
};

export const workload: Workload = {
  ordersPerSecond: 100,
  salesPerSecond: 0,
  orderBytes: 500,
  ordersPerPost: 1,
  ordersPerItem: 1,
  days: 30,
  region: 'us-east-1',
};
