/** The one price table, in US dollars, without free tiers, taxes and discounts. */

export const pricesOf = '2026-11-22';

export const regions = ['us-east-1', 'ap-southeast-2'] as const;
export type Region = (typeof regions)[number];

/** Up to so many units cost so much each; the last tier has no end. */
export type Tiers = readonly (readonly [upTo: number, usd: number])[];

export interface Price {
  /** Whose bill it is on. */
  readonly service: string;
  /** What one of is priced. */
  readonly unit: string;
  /** How many of the line's quantity are one unit. */
  readonly per: number;
  readonly usd: Readonly<Record<Region, Tiers>>;
  readonly source: string;
  /** Where the price could not be checked on an AWS page or its price list. */
  readonly uncertain: readonly Region[];
}

const listing = 'AWS Price List, as public repositories cite it, 2026-07 to 2026-10';
const kinesisListing = 'Kinesis Data Streams pricing as cited 2026-08-08';
const remembered = 'pricing page as remembered; check before quoting';

const flat = (usd: number): Tiers => [[Number.POSITIVE_INFINITY, usd]];
const million = 1e6;
const thousand = 1e3;
const sydney: readonly Region[] = ['ap-southeast-2'];
const both: readonly Region[] = regions;

const price = (
  service: string,
  unit: string,
  per: number,
  virginia: number | Tiers,
  australia: number | Tiers,
  source: string,
  uncertain: readonly Region[] = sydney,
): Price => ({
  service,
  unit,
  per,
  usd: {
    'us-east-1': typeof virginia === 'number' ? flat(virginia) : virginia,
    'ap-southeast-2': typeof australia === 'number' ? flat(australia) : australia,
  },
  source,
  uncertain,
});

const end = Number.POSITIVE_INFINITY;
const terabyte = 1_024;

export const prices = {
  apiRequests: price(
    'API Gateway',
    'million requests',
    million,
    [
      [333, 3.5],
      [1_000, 2.8],
      [20_000, 2.38],
      [end, 1.51],
    ],
    [
      [333, 3.5],
      [1_000, 3.19],
      [20_000, 2.71],
      [end, 1.72],
    ],
    `${listing} for the first tier; the others: ${remembered}`,
  ),
  dataOut: price(
    'Data transfer',
    'GB',
    1,
    [
      [10 * terabyte, 0.09],
      [50 * terabyte, 0.085],
      [150 * terabyte, 0.07],
      [end, 0.05],
    ],
    [
      [10 * terabyte, 0.114],
      [50 * terabyte, 0.098],
      [150 * terabyte, 0.094],
      [end, 0.092],
    ],
    remembered,
    both,
  ),
  lambdaRequests: price('Lambda', 'million requests', million, 0.2, 0.2, listing),
  lambdaArmSeconds: price(
    'Lambda',
    'million GB-seconds, arm64',
    million,
    [
      [7_500, 13.3334],
      [18_750, 12.0001],
      [end, 10.6667],
    ],
    [
      [7_500, 13.3334],
      [18_750, 12.0001],
      [end, 10.6667],
    ],
    `${listing} for the first tier; the others: ${remembered}`,
  ),
  lambdaX86Seconds: price(
    'Lambda',
    'million GB-seconds, x86_64',
    million,
    [
      [6_000, 16.6667],
      [15_000, 15],
      [end, 13.3334],
    ],
    [
      [6_000, 16.6667],
      [15_000, 15],
      [end, 13.3334],
    ],
    `${listing} for the first tier; the others: ${remembered}`,
  ),
  shardHours: price('Kinesis', 'shard-hour', 1, 0.015, 0.019, kinesisListing),
  putUnits: price('Kinesis', 'million PUT payload units of 25 KB', million, 0.014, 0.0205, kinesisListing),
  streamHours: price('Kinesis', 'stream-hour on demand', 1, 0.04, 0.05, kinesisListing),
  streamBytesIn: price('Kinesis', 'GB written on demand', 1, 0.08, 0.1, kinesisListing),
  streamBytesOut: price('Kinesis', 'GB read on demand', 1, 0.04, 0.05, kinesisListing),
  fanOutHours: price('Kinesis', 'consumer-shard-hour', 1, 0.015, 0.019, kinesisListing),
  fanOutBytes: price('Kinesis', 'GB read by enhanced fan-out', 1, 0.013, 0.0165, kinesisListing),
  fanOutBytesOnDemand: price('Kinesis', 'GB read by enhanced fan-out on demand', 1, 0.05, 0.0625, remembered, both),
  retentionHours: price('Kinesis', 'shard-hour beyond 24 hours', 1, 0.02, 0.0253, remembered, both),
  retentionBytes: price('Kinesis', 'GB-month beyond 7 days', 1, 0.023, 0.025, remembered, both),
  retentionBytesOnDemand: price('Kinesis', 'GB-month beyond 24 hours', 1, 0.1, 0.125, remembered, both),
  tableWrites: price('DynamoDB', 'million write request units', million, 0.625, 0.7115, `${listing} (2026-07-30)`),
  tableStorage: price('DynamoDB', 'GB-month', 1, 0.25, 0.285, `${listing} (2026-07-30)`),
  tableRecovery: price('DynamoDB', 'GB-month of point-in-time recovery', 1, 0.2, 0.228, remembered, both),
  bucketPuts: price('S3', 'thousand PUT requests', thousand, 0.005, 0.0055, listing),
  bucketStorage: price('S3', 'GB-month', 1, 0.023, 0.025, listing),
  deliveredBytes: price(
    'Firehose',
    'GB, each record rounded up to 5 KB',
    1,
    0.029,
    0.036,
    `${listing}; the rounding: ${remembered}`,
  ),
  busEvents: price('EventBridge', 'million events of up to 64 KB', million, 1, 1, `${listing} (2025-10-28)`),
  logBytes: price(
    'CloudWatch Logs',
    'GB of logs',
    1,
    [
      [10 * terabyte, 0.5],
      [30 * terabyte, 0.25],
      [50 * terabyte, 0.1],
      [end, 0.05],
    ],
    [
      [10 * terabyte, 0.67],
      [30 * terabyte, 0.335],
      [50 * terabyte, 0.134],
      [end, 0.067],
    ],
    `${listing} for the first tier; the others, for Lambda's logs since 2025-05: ${remembered}`,
  ),
  logStorage: price('CloudWatch Logs', 'GB-month of logs', 1, 0.03, 0.033, listing),
  traces: price('X-Ray', 'million traces', million, 5, 5, remembered, both),
  dashboards: price('CloudWatch', 'dashboard', 1, 3, 3, remembered, both),
  alarms: price('CloudWatch', 'alarm', 1, 0.1, 0.1, remembered, both),
  metrics: price('CloudWatch', 'metric', 1, 0.3, 0.3, remembered, both),
} satisfies Record<string, Price>;

export type PriceId = keyof typeof prices;
export type Prices = Readonly<Record<PriceId, Price>>;
