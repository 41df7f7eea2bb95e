import { parseArgs } from 'node:util';
import { type Region, regions } from './prices.ts';

/** What `npm run cost --` was told. */
export interface CommandLine {
  readonly what: 'bill' | 'scale' | 'compare' | 'count' | 'help';
  readonly json: boolean;
  readonly assembly?: string;
  readonly context: Readonly<Record<string, string>>;
  readonly ordersPerSecond: number;
  readonly salesPerSecond: number;
  readonly ordersPerPost: number;
  readonly ordersPerItem: number;
  /** Undefined: as the orders that were counted. */
  readonly orderBytes: number | undefined;
  readonly days: number;
  readonly region: Region;
}

/** The command line can't be understood; the message is one line that names the flag. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const help = `Usage: npm run cost -- [flags]

Prints what the stack costs, line by line: from its template, from what a real local run was counted to need for an
order, and from one dated price table (cost/prices.ts). Without free tiers and taxes.

  --orders-per-second N  evenly, day and night (default 100)
  --sales-per-second N   of stores, by the bus (default 0)
  --order-bytes N        an order in JSON (default: as counted)
  --batch N              orders a post, 1 to 500 (default 1)
  --orders-per-item N    orders that each account and vendor has had by the end (default 1)
  --days N               1 to 366 (default 30)
  --region R             ${regions.join(' or ')} (default ${regions[0]})
  -c key=value           settings of the stack, as of the CDK; may be given several times
  --assembly DIR         prices this cloud assembly, e.g. cdk.out, instead of synthesizing

  --scale                a line for each power of ten from 1 to 100,000 orders a second, and the quotas that bind
  --compare              what posts of several orders, memory and architecture do to the ingest function
  --count                runs the stack here, counts what an order needs, and writes it to cost/counts.json
  --json                 the same as JSON
  --help                 shows this`;

/** Reads the arguments. Throws a `UsageError` at anything that makes no sense. */
export function readCommandLine(args: readonly string[]): CommandLine {
  const { values } = parse(args);
  const { assembly, context: pairs = [] } = values;
  const chosen = (['help', 'count', 'scale', 'compare'] as const).filter((name) => values[name]);
  if (chosen.length > 1 && chosen[0] !== 'help') {
    throw new UsageError(`${chosen.map((name) => `--${name}`).join(' and ')} exclude one another`);
  }
  if (assembly !== undefined && pairs.length > 0) {
    throw new UsageError('-c changes nothing with --assembly: an assembly is synthesized already');
  }
  if (chosen[0] === 'scale' && values['orders-per-second'] !== undefined) {
    throw new UsageError('--scale goes through the orders a second by itself: leave out --orders-per-second');
  }
  return {
    what: chosen[0] ?? 'bill',
    json: values.json ?? false,
    ...(assembly === undefined ? {} : { assembly: folder(assembly) }),
    context: Object.fromEntries(pairs.map(pair)),
    ordersPerSecond: number('--orders-per-second', values['orders-per-second'] ?? '100', 0.001, 10_000_000),
    salesPerSecond: number('--sales-per-second', values['sales-per-second'] ?? '0', 0, 10_000_000),
    ordersPerPost: integer('--batch', values.batch ?? '1', 1, 500),
    ordersPerItem: integer('--orders-per-item', values['orders-per-item'] ?? '1', 1, 1_000_000),
    orderBytes:
      values['order-bytes'] === undefined ? undefined : integer('--order-bytes', values['order-bytes'], 100, 200_000),
    days: integer('--days', values.days ?? '30', 1, 366),
    region: regionNamed(values.region ?? regions[0]),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        'orders-per-second': { type: 'string' },
        'sales-per-second': { type: 'string' },
        'order-bytes': { type: 'string' },
        batch: { type: 'string' },
        'orders-per-item': { type: 'string' },
        days: { type: 'string' },
        region: { type: 'string' },
        context: { type: 'string', short: 'c', multiple: true },
        assembly: { type: 'string' },
        scale: { type: 'boolean' },
        compare: { type: 'boolean' },
        count: { type: 'boolean' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    const [sentence] = (error as Error).message.split(/\.?\s*\n|\. /);
    throw new UsageError(`${sentence}; --help lists the flags`);
  }
}

function number(flag: string, value: string, min: number, max: number): number {
  const read = /^\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
  if (read >= min && read <= max) return read;
  throw new UsageError(`${flag} takes a number from ${min} to ${max}, not ${JSON.stringify(value)}`);
}

function integer(flag: string, value: string, min: number, max: number): number {
  const read = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (read >= min && read <= max) return read;
  throw new UsageError(`${flag} takes a whole number from ${min} to ${max}, not ${JSON.stringify(value)}`);
}

function regionNamed(value: string): Region {
  const found = regions.find((region) => region === value);
  if (found) return found;
  throw new UsageError(`--region takes ${regions.join(' or ')}, not ${JSON.stringify(value)}`);
}

function folder(value: string): string {
  if (value !== '') return value;
  throw new UsageError('--assembly takes a directory');
}

function pair(text: string): [string, string] {
  const equals = text.indexOf('=');
  if (equals > 0) return [text.slice(0, equals), text.slice(equals + 1)];
  throw new UsageError(`-c takes key=value, not ${JSON.stringify(text)}`);
}
