import { fork } from 'node:child_process';
import { once } from 'node:events';
import { v8Flags } from '../local/v8-tuning.ts';
import { ownEnvironment, track } from './processes.ts';

/** A Node process of its own that does one job at a time. */
export interface Child<Job, Result> {
  readonly pid: number;
  /** Rejects with the child's error, or when the child is gone. */
  run(job: Job): Promise<Result>;
  /** Ends the child and waits until it is gone. */
  close(): Promise<void>;
}

/** V8 treats the engines as it does in the runtime, and what calls them no worse. */
const flags = ['--expose-gc', ...v8Flags];

type Answer<Result> = { readonly result: Result } | { readonly error: string };

/** Starts `module` of bench/children, which calls `answerJobs`, with some more environment. */
export function startChild<Job extends object, Result>(
  module: string,
  environment: Readonly<Record<string, string>> = {},
): Child<Job, Result> {
  const child = fork(new URL(`./children/${module}`, import.meta.url), {
    serialization: 'advanced',
    execArgv: flags,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'], // the functions log to the standard output
    env: { ...ownEnvironment(), NODE_ENV: 'production', ...environment },
  });
  track(child, 'SIGKILL');
  const exited = once(child, 'exit');
  const gone = exited.then(() => Promise.reject(new Error(`bench/children/${module} ended in the middle of its job`)));
  gone.catch(() => {}); // only of interest during a job
  return {
    pid: child.pid ?? 0,
    run: async (job) => {
      child.send(job);
      const [answer]: [Answer<Result>] = await Promise.race([
        once(child, 'message') as Promise<[Answer<Result>]>,
        gone,
      ]);
      if ('error' in answer) throw new Error(`bench/children/${module}: ${answer.error}`);
      return answer.result;
    },
    close: async () => {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}

/** In the child: answers each job with what `work` makes of it, until the parent lets go. */
export function answerJobs<Job, Result>(work: (job: Job) => Promise<Result>): void {
  process.on('message', async (job: Job) => {
    const answer: Answer<Result> = await work(job).then(
      (result) => ({ result }),
      (error: Error) => ({ error: error.stack ?? String(error) }),
    );
    process.send?.(answer);
  });
  process.on('SIGINT', () => {}); // the parent decides
  process.on('disconnect', () => process.exit());
}
