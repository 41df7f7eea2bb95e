import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** The megabytes (10^6 bytes) of a process that lie in memory, as Linux counts them; NaN where there is no /proc. */
export function residentMegabytes(pid: number): number {
  try {
    const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return (Number(kibibytes) * 1_024) / 1e6;
  } catch {
    return Number.NaN;
  }
}

/** The same of a process that is left alone for so long, to give back what a load left behind. */
export async function restingMegabytes(pid: number, restMs: number): Promise<number> {
  await sleep(restMs);
  return residentMegabytes(pid);
}
