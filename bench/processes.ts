import type { ChildProcess } from 'node:child_process';

const running = new Map<ChildProcess, NodeJS.Signals>();

/** Remembers a process until it is gone, and the signal that ends it. */
export function track(child: ChildProcess, signal: NodeJS.Signals): void {
  running.set(child, signal);
  child.once('exit', () => running.delete(child));
}

/**
 * Lets Ctrl-C end every process that still runs: whoever waits for its work sees it fail, and clears up. The second one
 * ends at once. Answers whether it was pressed.
 */
export function endAllOnInterrupt(): () => boolean {
  let interrupted = false;
  const interrupt = (): void => {
    if (interrupted) process.exit(130);
    interrupted = true;
    console.error('\nstopping; Ctrl-C again stops at once');
    for (const [child, signal] of running) child.kill(signal);
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  return () => interrupted;
}

const isForAws = (name: string): boolean => name.startsWith('AWS_');

/**
 * This process's environment without what is meant for AWS: nobody who has sourced `.local/env` wants that runtime to
 * be measured instead, or their account.
 */
export const ownEnvironment = (): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !isForAws(name))),
  TZ: 'UTC',
});

/** Takes out of this process's environment what `ownEnvironment` leaves out, for a runtime that is measured in here. */
export function leaveAws(): void {
  for (const name of Object.keys(process.env).filter(isForAws)) delete process.env[name];
}
