import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runBenchmark, usageError } from './command.ts';
import { coresInUse, describeMachine } from './machine.ts';
import { type ColdSizes, measureCold } from './measure/cold.ts';
import { type Figures, medians } from './statistics.ts';
import { formatTable, type Row } from './table.ts';

const help = `Usage: npm run bench:cold -- [flags]

Measures how soon the local runtime is fast: its first start and its second, and what it does from there while its code
is still being compiled. Each round takes about a minute. Wants the machine for itself; CPU time suffers least from
other work.

  --rounds N  how many rounds, of which the medians are taken; default 3
  --quick     one round with fewer orders, in half a minute; good for a look, not for a comparison
  --out FILE  where the figures of each round go as JSON; default: nowhere
  --help      shows this
`;

const fullSizes: ColdSizes = { first: 1_400, next: 5_000, callers: 2_000 };
const quickSizes: ColdSizes = { first: 200, next: 300, callers: 200 };

async function main(sizes: ColdSizes, count: number, out: string | undefined): Promise<void> {
  const machine = describeMachine();
  const rounds: Figures[] = [];
  const othersShare: number[] = [];
  for (let round = 1; round <= count; round++) {
    othersShare.push(await coresInUse());
    rounds.push(await measureCold(sizes, (what) => console.error(`round ${round}: ${what}`)));
  }
  const { cpu, cores, memoryGigabytes, node, commit, changedSince } = machine;
  console.log(`\n${formatTable(rowsOf(medians(rounds), sizes))}\n`);
  console.log(`Medians of ${count} round${count === 1 ? '' : 's'}.`);
  console.log(
    `${cpu}, ${cores} cores, ${memoryGigabytes} GB; Node ${node}; ${commit.slice(0, 10)}${changedSince ? ' and changes' : ''}`,
  );
  console.log(`Others used ${othersShare.map((share) => `${Math.round(share * 100)} %`).join(', ')} of the cores.`);
  if (out === undefined) return;
  mkdirSync(dirname(resolve(out)), { recursive: true });
  writeFileSync(out, `${JSON.stringify({ machine, sizes, othersShare, rounds }, null, 2)}\n`);
}

const rowsOf = (figures: Figures, { first, next, callers }: ColdSizes): Row[] => {
  const row = (name: string, unit: string, figure: string, target?: Row['target']): Row => ({
    name,
    unit,
    value: figures[figure] ?? Number.NaN,
    target,
  });
  const [firstOrders, nextOrders, ofCaller] = [first, next, callers].map((orders) => orders.toLocaleString('en-US'));
  return [
    row('first start to first accepted order', 's', 'firstStartSeconds', { atMost: 2.5 }),
    row('  CPU', 's', 'firstStartCpu'),
    row('second start to first accepted order', 's', 'secondStartSeconds', { atMost: 0.7 }),
    row('  CPU', 's', 'secondStartCpu'),
    row(`the first ${firstOrders} into both stores, 64 callers`, 'orders/s', 'firstPerSecond', { atLeast: 550 }),
    row('  CPU', 'ms/order', 'firstCpuMs'),
    row(`the ${nextOrders} after them`, 'orders/s', 'nextPerSecond', { atLeast: 1_000 }),
    row('  CPU', 'ms/order', 'nextCpuMs'),
    row(`the first ${ofCaller} accepted, 1 caller`, 'orders/s', 'accept1PerSecond', { atLeast: 520 }),
    row('  CPU', 'ms/order', 'accept1CpuMs'),
    row(`the first ${ofCaller} accepted, 16 callers`, 'orders/s', 'accept16PerSecond'),
    row('  p50', 'ms', 'accept16P50Ms'),
    row('  p99', 'ms', 'accept16P99Ms', { atMost: 40 }),
    row('  CPU', 'ms/order', 'accept16CpuMs'),
  ];
};

await runBenchmark(help, async () => {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '3' },
      quick: { type: 'boolean', default: false },
      out: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return console.log(help);
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw usageError(`--rounds takes a whole number, not ${values.rounds}`);
  if (values.quick) await main(quickSizes, 1, values.out);
  else await main(fullSizes, rounds, values.out);
});
