import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { OrderSystem, orderAssembly, readLocalFiles } from './order-system.ts';

/** A runtime in a process of its own. */
export interface StartedRuntime {
  readonly process: ChildProcess;
  readonly system: OrderSystem;
}

/** `npm start -- --data-dir DIRECTORY`, as a user runs it, until its `ready` line. */
export async function startRuntime(directory: string): Promise<StartedRuntime> {
  const cli = join(import.meta.dirname, '../../local/start.js');
  const child = spawn(
    process.execPath,
    [cli, '--port', '0', '--assembly', orderAssembly, '--data-dir', join(directory, 'data')],
    { cwd: directory, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    if (line.startsWith('ready'))
      return { process: child, system: new OrderSystem(readLocalFiles(join(directory, '.local'))) };
  }
  throw new Error('the runtime ended before it was ready');
}

/** Ends it as Ctrl-C does, if it runs. */
export async function endRuntime({ process, system }: StartedRuntime): Promise<void> {
  system.disconnect();
  if (process.exitCode !== null || process.signalCode !== null) return;
  process.kill('SIGINT');
  await once(process, 'exit');
}
