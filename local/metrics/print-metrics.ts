import { parseArgs } from 'node:util';
import { NoRuntime, readLocalFiles } from '../local-files.ts';
import { cloudWatchRows, type MetricRow } from './cloudwatch-rows.ts';
import type { MetricsSnapshot } from './metrics.ts';

const help = `Usage: npm run metrics -- [flags]

Prints what the running \`npm start\` has measured of its functions, minute by minute, as CloudWatch would show it.

  --json   the same rows as JSON
  --help   shows this

The figures as they are measured, each of the newest invocations and the calls of every function among them, are JSON
at /_local/metrics on the API's port.`;

const digits = (value: number): string => (Number.isInteger(value) ? `${value}` : value.toFixed(2));

const cells = (row: MetricRow): string[] => [
  row.namespace,
  row.metricName,
  Object.entries(row.dimensions)
    .map(([name, value]) => `${name}=${value}`)
    .join(','),
  row.minute.slice(0, 16),
  ...[row.sampleCount, row.sum, row.average, row.minimum, row.maximum].map(digits),
  row.unit,
];

const head = 'Namespace,Metric,Dimension,Minute,SampleCount,Sum,Average,Minimum,Maximum,Unit'.split(',');

const table = (rows: readonly MetricRow[]): string => {
  const lines = [head, ...rows.map(cells)];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const isNumber = (column: number) => column >= 4 && column <= 8;
  const padded = (cell: string, column: number) =>
    isNumber(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0);
  return lines.map((line) => line.map(padded).join('  ').trimEnd()).join('\n');
};

const snapshot = async (): Promise<MetricsSnapshot> => {
  const { environment } = readLocalFiles('.local');
  const answer = await fetch(environment.LOCAL_METRICS_URL ?? '').catch(() => {
    throw new NoRuntime();
  });
  if (!answer.ok) throw new Error(`${answer.url} answered ${answer.status}`);
  return (await answer.json()) as MetricsSnapshot;
};

const fail = (line: string, exitCode: number): never => {
  process.stderr.write(`npm run metrics: ${line}\n`);
  process.exit(exitCode);
};

const readFlags = () => {
  try {
    return parseArgs({ options: { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } }).values;
  } catch (error) {
    const [sentence] = (error as Error).message.split(/\.?\s*\n|\. /);
    return fail(`${sentence}; --help lists the flags`, 2);
  }
};

const flags = readFlags();
if (flags.help) console.log(help);
else {
  const rows = cloudWatchRows(await snapshot().catch((error) => fail((error as Error).message, 1)));
  if (flags.json) console.log(JSON.stringify(rows, undefined, 2));
  else if (rows.length === 0) console.log('no function has been invoked yet');
  else console.log(table(rows));
}
