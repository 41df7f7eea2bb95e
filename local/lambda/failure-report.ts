import type { ErrorObject } from './error-object.ts';

const quietMs = 10_000;
const longestMessage = 200;

/**
 * Tells the person at the terminal that a function failed, in one line; further failures within ten seconds are
 * counted and told with the next, so that a batch that fails again and again does not flood the terminal.
 */
export const failureReport = (functionName: string, now: () => number, log: (line: string) => void) => {
  let silentUntil = Number.NEGATIVE_INFINITY;
  let untold = 0;
  return (payload: string): void => {
    if (now() < silentUntil) {
      untold++;
      return;
    }
    const { errorType, errorMessage } = JSON.parse(payload) as Partial<ErrorObject>;
    const message = String(errorMessage).replace(/\s+/g, ' ').slice(0, longestMessage);
    log(`${functionName} failed: ${errorType}: ${message}${untold ? ` (and ${untold} more times before)` : ''}`);
    silentUntil = now() + quietMs;
    untold = 0;
  };
};
