import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { takeLock } from '../local/file-lock.ts';
import { Stopped } from './command.ts';

/**
 * Does `work` as the only one on this machine that works with the journal in `folder`. @throws Stopped where another
 * process does already.
 */
export async function alone<Result>(folder: string, work: () => Promise<Result>): Promise<Result> {
  mkdirSync(dirname(folder), { recursive: true, mode: 0o700 });
  const unlock = takeLock(`${folder}.lock`);
  if (!unlock) throw new Stopped('The same is under way in another terminal: wait for it, or end it first.');
  try {
    return await work();
  } finally {
    unlock();
  }
}
