import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runBenchmark } from './command.ts';
import { describeMachine } from './machine.ts';
import { report } from './report.ts';
import { measureAll } from './run.ts';
import { fullSizes, quickSizes } from './sizes.ts';
import { formatTable, isMet, ratio } from './table.ts';

const help = `Usage: npm run bench -- [flags]

Measures the local runtime, started as by \`npm start\`, and beside each figure its floor: the same calls made straight
from one process against the same engines. Takes three to four minutes, and wants the machine for itself.

  --quick     fewer orders and one round, in half a minute; good for a look, not for a comparison
  --out FILE  where the figures go as JSON; default bench/results/<time>.json
  --help      shows this
`;

async function main(quick: boolean, out: string | undefined): Promise<void> {
  const machine = describeMachine();
  const started = performance.now();
  const seconds = () => ((performance.now() - started) / 1_000).toFixed(0).padStart(4);
  const measured = await measureAll(quick ? quickSizes : fullSizes, (what) => console.error(`${seconds()} s  ${what}`));
  const rows = report(measured);

  const { cpu, cores, memoryGigabytes, node, commit, changedSince } = machine;
  console.log(`\n${formatTable(rows)}\n`);
  const rounds = measured.rounds.runtime.length;
  console.log(`Medians of ${rounds} round${rounds === 1 ? '' : 's'}.`);
  console.log(
    `${cpu}, ${cores} cores, ${memoryGigabytes} GB; Node ${node}; ${commit.slice(0, 10)}${changedSince ? ' and changes' : ''}`,
  );

  const othersShare = Math.max(...measured.rounds.othersShare);
  if (othersShare > 0.1)
    console.log(`Not to be trusted: others used up to ${Math.round(othersShare * 100)} % of the cores.`);

  const file = resolve(out ?? join(import.meta.dirname, 'results', `${machine.measuredAt.replaceAll(':', '.')}.json`));
  mkdirSync(dirname(file), { recursive: true });
  const lines = rows.map((row) => ({ ...row, name: row.name.trim(), ofFloor: ratio(row), met: isMet(row) }));
  writeFileSync(file, `${JSON.stringify({ machine, rows: lines, ...measured }, null, 2)}\n`);
  console.log(file);
}

await runBenchmark(help, async () => {
  const { values } = parseArgs({
    options: { quick: { type: 'boolean', default: false }, out: { type: 'string' }, help: { type: 'boolean' } },
  });
  if (values.help) console.log(help);
  else await main(values.quick, values.out);
});
