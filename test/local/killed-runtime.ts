import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { LocalStack } from '../../local/start-local.ts';

/** A runtime in a process of its own, to be killed. */
export interface KilledRuntime extends Pick<LocalStack, 'environment' | 'outputs'> {
  /** As `kill -9` does. */
  kill(): Promise<void>;
}

/** Starts the assembly on the data of the directory; it runs until it is killed. */
export const startRuntime = async (assembly: string, dataDir: string): Promise<KilledRuntime> => {
  const holder = join(import.meta.dirname, 'stack-holder.ts');
  const child = spawn(process.execPath, [holder, assembly, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout })) {
    const { environment, outputs } = JSON.parse(line);
    return { environment, outputs, kill: () => kill(child) };
  }
  throw new Error('the runtime ended before it was ready');
};

const kill = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
};
