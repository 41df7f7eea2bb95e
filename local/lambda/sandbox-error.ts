import type { End } from './environment-thread.ts';
import { seconds } from './platform-log.ts';

/**
 * The error object, as JSON text, of an invocation whose environment ended under it. As on AWS, a process killed for
 * its memory is `Runtime.OutOfMemory`, and one that goes with its host was killed.
 */
export const endedUnder = (end: End, requestId: string, timeoutMs: number): string => {
  switch (end.reason) {
    case 'fatal':
      return end.error;
    case 'timed out':
      return sandboxError('Sandbox.Timedout', requestId, `Task timed out after ${seconds(timeoutMs)} seconds`);
    case 'out of memory':
      return sandboxError('Runtime.OutOfMemory', requestId, 'Runtime exited with error: signal: killed');
    case 'killed':
      return sandboxError('Runtime.ExitError', requestId, 'Runtime exited with error: signal: killed');
    case 'exit': {
      const how = end.exitCode === 0 ? 'without providing a reason' : `with error: exit status ${end.exitCode}`;
      return sandboxError('Runtime.ExitError', requestId, `Runtime exited ${how}`);
    }
  }
};

const sandboxError = (errorType: string, requestId: string, message: string): string =>
  JSON.stringify({ errorType, errorMessage: `RequestId: ${requestId} Error: ${message}` });
