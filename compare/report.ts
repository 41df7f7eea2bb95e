import type { Compared, Comparison } from './compare.ts';
import { frontier, knee } from './knee.ts';
import { pairName } from './pairs.ts';
import type { Sweep, SweptPair } from './sweep.ts';

/**
 * The ratios that the original published for its 100 or 30 s beside 10 or 2 s, and of its
 * ingest function to the latter.
 */
export const published = { cost: 6.0, duration: 2.1, network: 6.7, ingest: 8.5 } as const;

/** What the ratios are of: put-item-1 and put-item-2. */
const publishedFigures = { cost: [111_837, 672_052], duration: [430, 202], network: [75_465, 502_176] } as const;

/** How much dearer, longer and more: each the larger over the smaller, as published. */
export interface Ratios {
  /** put-item-2 to put-item-1. */
  readonly cost: number;
  /** put-item-1 to put-item-2. */
  readonly duration: number;
  /** put-item-2 to put-item-1. */
  readonly network: number;
  /** ingest-order to put-item-2, in cost. */
  readonly ingest: number;
}

export const ratiosOf = ({ putItem1, putItem2, ingest }: Comparison): Ratios => ({
  cost: putItem2.mbMs / putItem1.mbMs,
  duration: putItem1.averageDurationMs / putItem2.averageDurationMs,
  network: putItem2.networkBytes / putItem1.networkBytes,
  ingest: ingest.mbMs / putItem2.mbMs,
});

const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
const tenths = (value: number): string => value.toFixed(1);
const dollars = (usd: number): string => usd.toFixed(3);
const times = (ratio: number): string => `${ratio.toFixed(ratio < 10 ? 2 : 1)}×`;
const reasonsOf = (reasons: Readonly<Record<string, number>>): string =>
  Object.entries(reasons)
    .map(([reason, count]) => `${count} ${reason}`)
    .join(', ');

/** Columns as wide as what stands in them; the first to the left, the others to the right. */
const columns = (rows: readonly (readonly string[])[]): string => {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
        .join('   ')
        .trimEnd(),
    )
    .join('\n');
};

/** The comparison as a person reads it. */
export const comparisonText = (comparison: Comparison): string => {
  const { orders, ratePerSecond, askedPerSecond, seconds, putItem1, putItem2, ingest } = comparison;
  const ratios = ratiosOf(comparison);
  const both = (of: (compared: Compared) => string) => [of(putItem1), of(putItem2)];
  const aMinute = ({ mbMs }: { mbMs: number }) => whole((mbMs / seconds) * 60);
  const once = (name: keyof typeof publishedFigures) =>
    `${times(published[name])} (${publishedFigures[name].map(whole).join(', ')})`;
  const asked = ratePerSecond < 0.9 * askedPerSecond ? ` of the ${tenths(askedPerSecond)} asked for` : '';
  const rows = [
    ['', 'put-item-1', 'put-item-2', 'ratio', 'published'],
    ['a batch is sent at', ...both(({ pair }) => pairName(pair)), '', ''],
    ['cost, MB-ms a minute', ...both(aMinute), times(ratios.cost), once('cost')],
    [
      'duration, ms an invocation',
      ...both((each) => tenths(each.averageDurationMs)),
      times(ratios.duration),
      once('duration'),
    ],
    [
      'network, bytes a minute',
      ...both((each) => whole((each.networkBytes / seconds) * 60)),
      times(ratios.network),
      once('network'),
    ],
    ['invocations', ...both((each) => whole(each.invocations)), '', ''],
    ['average batch', ...both((each) => tenths(each.averageBatch)), '', ''],
    ['sent because of', ...both((each) => reasonsOf(each.reasons)), '', ''],
    ['errors', ...both((each) => whole(each.errors)), '', ''],
    ['lag p50, s', ...both((each) => tenths(each.lagMs.p50 / 1_000)), '', ''],
    ['lag p99, s', ...both((each) => tenths(each.lagMs.p99 / 1_000)), '', ''],
  ];
  return [
    `${whole(orders)} orders at ${tenths(ratePerSecond)} a second${asked}; both tables held them all after ${tenths(seconds)} s`,
    '',
    columns(rows),
    '',
    'Cost and network are put-item-2 to put-item-1, duration is put-item-1 to put-item-2. Lag is from the stream to the table.',
    `ingest-order cost ${aMinute(ingest)} MB-ms a minute, ${times(ratios.ingest)} put-item-2; published ${times(published.ingest)}.`,
    '',
    ...differences(comparison, ratios),
  ].join('\n');
};

/** Why the ratios are others than those published, where they are. */
const differences = ({ putItem1, putItem2 }: Comparison, ratios: Ratios): string[] => {
  const differs = (name: 'cost' | 'duration' | 'network') => Math.abs(Math.log(ratios[name] / published[name])) > 0.2;
  const sizes = `${tenths(putItem1.averageBatch)} and ${tenths(putItem2.averageBatch)} records`;
  const more = tenths(putItem2.invocations / putItem1.invocations);
  const lines: string[] = [];
  if (differs('cost')) {
    lines.push(
      `Cost is not ${times(published.cost)}: the published functions did the same work in each invocation, whatever its batch ` +
        `(they read the stream from its start and wrote one item), so that cost followed the number of invocations. Here both ` +
        `write every order once, and ${more} times the invocations add nothing but what an invocation itself takes.`,
    );
  }
  if (differs('duration')) {
    lines.push(
      `Duration is not ${times(published.duration)}: an invocation here takes as long as its batch is large, ${sizes} on ` +
        'average, and writes several keys side by side.',
    );
  }
  if (differs('network')) {
    lines.push(
      `Network is not ${times(published.network)}: a function here reads no stream, its mapping hands it the batch; its bytes ` +
        'are the calls to the table, one for each order on either side.',
    );
  }
  return lines;
};

/** The sweep as a person reads it: every pair, then the curve, then its knee. */
export const sweepText = ({ swept, time }: Sweep, seconds: number): string => {
  const curve = frontier(swept);
  const best = knee(curve);
  const row = ({ pair, figures, lag, cost }: SweptPair) => [
    pairName(pair),
    whole(figures.invocations),
    tenths(figures.averageBatch),
    whole(figures.mbMs / figures.records),
    dollars(cost),
    tenths(figures.lagMs.p50 / 1_000),
    tenths(lag),
  ];
  const head = [
    'a batch is sent at',
    'invocations',
    'average batch',
    'MB-ms an order',
    '$ a million',
    'lag p50, s',
    'lag p99, s',
  ];
  const lines = [
    columns([head, ...swept.map(row)]),
    '',
    'MB-ms are those of the run, with whatever else the machine did. Dollars are requests and GB-seconds (cost/prices.ts) of',
    `these invocations at ${tenths(time.start)} ms each and ${time.slope.toFixed(2)} ms a record, the line through all of them.`,
    '',
    `${swept.length} pairs in ${tenths(seconds)} s. Cost against lag: the pairs that none beats in both, the quickest first`,
    '',
    columns([head, ...curve.map(row)]),
  ];
  if (!best) lines.push('', 'Too few pairs for a knee.');
  else {
    const { pair, cost, lag } = best;
    lines.push(
      '',
      `The knee is ${pairName(pair)}: $${dollars(cost)} a million orders, 99 of 100 orders there within ${tenths(lag)} s. ` +
        'Quicker pairs cost more for each second they save, cheaper ones save less for each second they wait.',
    );
  }
  return lines.join('\n');
};
