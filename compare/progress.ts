import cliProgress from 'cli-progress';

/** How far a few things have come: bars on a terminal, else a line now and then. */
export interface Progress {
  set(name: string, value: number): void;
  stop(): void;
}

const lineEveryMs = 2_000;

/** Shows the named things on the way to their totals, on stderr: stdout is for the result. */
export const showProgress = (totals: Readonly<Record<string, number>>): Progress => {
  const names = Object.keys(totals);
  const width = Math.max(...names.map((name) => name.length));
  return process.stderr.isTTY ? bars(totals, width) : lines(totals);
};

const bars = (totals: Readonly<Record<string, number>>, width: number): Progress => {
  const all = new cliProgress.MultiBar({
    format: '{name}  {bar}  {value}/{total}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
  });
  const byName = new Map(
    Object.entries(totals).map(([name, total]) => [name, all.create(total, 0, { name: name.padEnd(width) })]),
  );
  return { set: (name, value) => void byName.get(name)?.update(value), stop: () => all.stop() };
};

const lines = (totals: Readonly<Record<string, number>>): Progress => {
  const values = new Map(Object.keys(totals).map((name) => [name, 0]));
  let saidAt = performance.now();
  let said = '';
  const say = () => {
    const line = [...values].map(([name, value]) => `${name} ${value}/${totals[name]}`).join(', ');
    if (line !== said) process.stderr.write(`${line}\n`);
    said = line;
    saidAt = performance.now();
  };
  return {
    set(name, value) {
      values.set(name, value);
      if (performance.now() - saidAt > lineEveryMs) say();
    },
    stop: say,
  };
};
