import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { ownEnvironment, track } from './processes.ts';

/** The local runtime, started as a user starts it, in a process of its own. */
export interface Runtime {
  readonly apiUrl: string;
  readonly apiKey: string;
  readonly outputs: Readonly<Record<string, string>>;
  /** Where the engines answer and how to sign, as `.local/env` says it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly pid: number;
  /** Interrupts it as Ctrl-C does; rejects unless it then ends well. */
  close(): Promise<void>;
}

const root = join(import.meta.dirname, '..');
const packageJson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
/** What `npm start` runs, without npm. */
const [, ...command] = packageJson.scripts.start
  .split(' ')
  .map((word: string) => word.replace(/^local\//, `${root}/local/`));
const startTimeoutMs = 60_000;

/** Starts the runtime in `folder`, where its `.local` and its assembly then lie; resolves at its line `ready`. */
export async function startRuntime(folder: string): Promise<Runtime> {
  const child = spawn(process.execPath, [...command, '--port', '0'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: ownEnvironment(),
    detached: true, // Ctrl-C is for the benchmark, which then ends the runtime itself
  });
  track(child, 'SIGINT');
  const exited = once(child, 'exit');
  const said: string[] = [];
  const failed = (reason: string) => new Error(`The local runtime ${reason}:\n${said.join('\n')}`);
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await exited;
  };

  const ready = new Promise<void>((resolve) => {
    for (const input of [child.stdout, child.stderr]) {
      createInterface({ input }).on('line', (line) => {
        said.push(line);
        if (line.startsWith('ready')) resolve();
      });
    }
  });
  const outcome = await Promise.race([
    ready,
    exited.then(() => 'ended before it was ready'),
    sleep(startTimeoutMs, 'was not ready in time', { ref: false }),
  ]);
  if (outcome) {
    await end('SIGKILL');
    throw failed(outcome);
  }

  return {
    ...readLocalFiles(join(folder, '.local')),
    pid: child.pid ?? 0,
    close: async () => {
      await end('SIGINT');
      if (child.exitCode !== 0) throw failed(`exited with ${child.exitCode ?? child.signalCode}`);
    },
  };
}

/** What a start wrote for its clients. */
function readLocalFiles(folder: string): Pick<Runtime, 'apiUrl' | 'apiKey' | 'outputs' | 'environment'> {
  const read = (name: string) => readFileSync(join(folder, name), 'utf8').trim();
  const outputs: Record<string, string> = Object.assign({}, ...Object.values(JSON.parse(read('outputs.json'))));
  const environment = Object.fromEntries(
    [...read('env').matchAll(/^export (\w+)='?([^'\n]*)'?$/gm)].map(([, name = '', value = '']) => [name, value]),
  );
  return { apiUrl: outputs.ApiUrl ?? '', apiKey: read('api-key'), outputs, environment };
}
