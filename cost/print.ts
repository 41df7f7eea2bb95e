import type { Bill, Line } from './bill.ts';
import { comparedPosts, type ReaderVariant, type Variant } from './compare.ts';
import type { Counts } from './counts.ts';
import { assumedWaitMs } from './function-usage.ts';
import { pricesOf } from './prices.ts';
import type { Binding } from './quotas.ts';
import type { Workload } from './workload.ts';

const dollars = (cents: number): string =>
  (cents / 100).toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

const amount = (value: number): string =>
  value.toLocaleString('en-US', { maximumFractionDigits: value >= 100 ? 0 : 2 });

const small = (usd: number): string => usd.toFixed(usd < 0.1 ? 4 : 2);

/** Columns as wide as their widest cell; the first ones to the left, the last `right` to the right. */
function table(rows: readonly (readonly string[])[], right: number): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const cell = (text: string, column: number) =>
    column >= widths.length - right ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0);
  return rows.map((row) => row.map(cell).join('  ').trimEnd()).join('\n');
}

/** The two bills side by side; a line that comes to nothing in both is left out. */
export function printBill(provisioned: Bill, onDemand: Bill, workload: Workload, counts: Counts): string {
  const lines = [...provisioned.lines, ...onDemand.lines.filter(({ price }) => !find(provisioned, price))];
  const rows = lines
    .filter(({ price }) => (find(provisioned, price)?.cents ?? 0) + (find(onDemand, price)?.cents ?? 0) > 0)
    .toSorted((one, other) => services.indexOf(one.service) - services.indexOf(other.service))
    .map((line) => [
      line.service,
      `${amount(line.units)} ${line.unit}${line.what === '' ? '' : `: ${line.what}`}`,
      cellOf(find(provisioned, line.price)),
      cellOf(find(onDemand, line.price)),
    ]);
  const bill = table(
    [
      ['', `${workload.region}, ${workload.days} days, ${rateOf(workload)}`, 'provisioned', 'on demand'],
      ...rows,
      ['', 'US dollars, with the stream', dollars(provisioned.totalCents), dollars(onDemand.totalCents)],
    ],
    2,
  );
  const functions = table(
    [
      ['', 'MiB', 'invocations/s', 'records each', 'billed ms', 'at a time'],
      ...provisioned.usage.functions.map((each) => [
        each.name,
        `${each.memoryMiB}`,
        amount(each.invocationsPerSecond),
        amount(each.recordsPerInvocation),
        `${each.billedMs}`,
        amount(each.concurrency),
      ]),
    ],
    5,
  );
  return [bill, functions, notes(counts, lines, provisioned.usage.uncounted)].join('\n\n');
}

const rateOf = ({ ordersPerSecond, salesPerSecond }: Workload): string =>
  `${amount(ordersPerSecond)} orders${salesPerSecond > 0 ? ` and ${amount(salesPerSecond)} sales` : ''} a second`;

const services = [
  'API Gateway',
  'Data transfer',
  'Lambda',
  'Kinesis',
  'DynamoDB',
  'S3',
  'Firehose',
  'EventBridge',
  'CloudWatch Logs',
  'X-Ray',
  'CloudWatch',
];

const find = (bill: Bill, price: string): Line | undefined => bill.lines.find((line) => line.price === price);

const cellOf = (line: Line | undefined): string => (line ? `${line.uncertain ? '~' : ''}${dollars(line.cents)}` : '');

const notes = ({ countedAt, machine, orders }: Counts, lines: readonly Line[], uncounted: readonly string[]): string =>
  [
    ...(uncounted.length > 0
      ? [`Left out, since never counted: ${uncounted.join(', ')} (npm run cost -- --count).`]
      : []),
    `Prices of ${pricesOf}, without free tiers and taxes.${lines.some(({ uncertain }) => uncertain) ? ' ~ could not be checked on an AWS page: cost/prices.ts says why.' : ''}`,
    `Counted ${countedAt.slice(0, 10)} with ${amount(orders)} orders on ${machine}.`,
    `Milliseconds are that CPU time on the share of a core that the memory buys, and an assumed wait for each answer: ${Object.entries(
      assumedWaitMs,
    )
      .map(([service, ms]) => `${service} ${ms} ms`)
      .join(', ')}. Cold starts are left out.`,
  ].join('\n');

export interface Step {
  readonly workload: Workload;
  readonly provisioned: Bill;
  readonly onDemand: Bill;
  readonly binding: readonly Binding[];
}

export function printScale(steps: readonly Step[], counts: Counts): string {
  const perMillion = ({ provisioned, workload }: Step) =>
    dollars(provisioned.totalCents / (workload.ordersPerSecond * workload.days * 0.0864));
  const rows = steps.map((step) => [
    amount(step.workload.ordersPerSecond),
    dollars(step.provisioned.totalCents),
    dollars(step.onDemand.totalCents),
    perMillion(step),
    amount(step.provisioned.usage.shards.needed),
    amount(step.provisioned.usage.functions.reduce((sum, { concurrency }) => sum + concurrency, 0)),
  ]);
  const [first] = steps;
  const head = ['orders/s', 'provisioned', 'on demand', 'a million orders', 'shards needed', 'concurrency'];
  const bindings = steps.flatMap(({ workload, binding }) =>
    binding.map(
      ({ quota, needed, limit, remedy }) =>
        `${amount(workload.ordersPerSecond)} orders/s pass ${quota}: ${amount(needed)} of ${amount(limit)} (${remedy})`,
    ),
  );
  return [
    `${first?.workload.region}, US dollars for ${first?.workload.days} days, ${first?.workload.ordersPerPost} orders a post`,
    table([head, ...rows], head.length),
    bindings.length > 0 ? bindings.join('\n') : 'No quota binds.',
    notes(counts, first?.provisioned.lines ?? [], first?.provisioned.usage.uncounted ?? []),
  ].join('\n\n');
}

/** Dollars for a million orders, with the milliseconds of a post, and with what a reader takes from a shard. */
export function printVariants(ingest: readonly Variant[], readers: readonly ReaderVariant[], counts: Counts): string {
  const memories = (of: readonly { readonly memoryMiB: number }[]) =>
    [...new Set(of.map(({ memoryMiB }) => memoryMiB))].toSorted((one, other) => one - other);
  const mark = (variant: { readonly deployed: boolean; readonly lambdaUsd: number }) =>
    `${variant.deployed ? '*' : ''}${small(variant.lambdaUsd)}`;

  const posts = (['arm64', 'x86_64'] as const).flatMap((architecture) =>
    comparedPosts.map((size) => {
      const row = ingest.filter((each) => each.architecture === architecture && each.ordersPerPost === size);
      return [
        architecture,
        `${size}`,
        ...row.map((variant) => `${mark(variant)} (${variant.billedMs} ms)`),
        small(row[0]?.apiUsd ?? 0),
      ];
    }),
  );
  const names = [...new Set(readers.map(({ name }) => name))];
  const reading = names.map((name) => [
    name,
    ...memories(readers).map((memory) => {
      const variant = readers.find((each) => each.name === name && each.memoryMiB === memory);
      return variant ? `${mark(variant)} (${amount(Math.floor(variant.ordersPerSecond))}/s)` : '';
    }),
  ]);
  const columns = (of: readonly { readonly memoryMiB: number }[]) => memories(of).map((memory) => `${memory} MiB`);
  return [
    'The ingest function, US dollars for a million orders (milliseconds of a post); * as deployed',
    table([['', 'orders a post', ...columns(ingest), "the API's requests"], ...posts], memories(ingest).length + 1),
    'The readers, US dollars for a million orders (orders a second from one shard, which lets in 1,000)',
    table([['', ...columns(readers)], ...reading], memories(readers).length),
    notes(counts, [], []),
  ].join('\n\n');
}
