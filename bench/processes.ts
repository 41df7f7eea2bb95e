import type { ChildProcess } from 'node:child_process';

const running = new Map<ChildProcess, NodeJS.Signals>();

/** Remembers a process until it is gone, and the signal that ends it. */
export function track(child: ChildProcess, signal: NodeJS.Signals): void {
  running.set(child, signal);
  child.once('exit', () => running.delete(child));
}

/** Ends every process that still runs; whoever waits for its work sees it fail. */
export function endAll(): void {
  for (const [child, signal] of running) child.kill(signal);
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
