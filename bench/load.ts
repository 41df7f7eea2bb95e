/** How a load went. */
export interface Load {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly seconds: number;
  /** Of each call, in order of their ends. */
  readonly latenciesMs: Float64Array;
  /** What the process that made the calls used of the machine meanwhile. */
  readonly cpuSeconds: number;
}

/** Makes `calls` calls, `concurrency` at a time, each the next when one ends; the first failure ends the load. */
export async function applyLoad(
  calls: number,
  concurrency: number,
  call: (index: number) => Promise<void>,
): Promise<Load> {
  const latenciesMs = new Float64Array(calls);
  let started = 0;
  let ended = 0;
  const caller = async () => {
    while (started < calls) {
      const index = started++;
      const start = performance.now();
      await call(index);
      latenciesMs[ended++] = performance.now() - start;
    }
  };
  const cpu = process.cpuUsage();
  const startedAt = Date.now();
  const start = performance.now();
  await Promise.all(Array.from({ length: concurrency }, caller));
  const seconds = (performance.now() - start) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  return { startedAt, seconds, latenciesMs, cpuSeconds: (user + system) / 1e6 };
}
