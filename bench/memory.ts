import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { restAfterMs } from '../local/memory-at-rest.ts';

/** The megabytes (10^6 bytes) of a process that lie in memory, as Linux counts them; NaN where there is no /proc. */
export function residentMegabytes(pid: number): number {
  try {
    const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return (Number(kibibytes) * 1_024) / 1e6;
  } catch {
    return Number.NaN;
  }
}

/** The same of a process that is left alone until it has given back what a load left behind. */
export async function restingMegabytes(pid: number): Promise<number> {
  await sleep(3 * restAfterMs);
  return residentMegabytes(pid);
}
