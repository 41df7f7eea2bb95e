import { readFileSync } from 'node:fs';

/** Of Linux on every usual machine. */
const ticksASecond = 100;

/**
 * The processor time that a process has used by now, in seconds, with that of its children that have ended; NaN where
 * there is no /proc. It varies less from run to run than the time on the clock, above all beside other work.
 */
export function cpuSeconds(pid: number): number {
  try {
    return readTicks(readFileSync(`/proc/${pid}/stat`, 'utf8')) / ticksASecond;
  } catch {
    return Number.NaN;
  }
}

/** The sum of `utime`, `stime`, `cutime` and `cstime`; the command's name, before them, may hold spaces. */
export function readTicks(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
}
