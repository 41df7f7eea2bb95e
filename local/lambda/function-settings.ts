import type { Clock } from '../clock.ts';
import type { FunctionMetrics } from '../metrics/function-metrics.ts';
import type { FunctionLog } from './function-log.ts';
import type { LocalFunction } from './local-function.ts';
import type { PlatformLog } from './platform-log.ts';
import type { Precedence } from './precedence.ts';

/** What a function is made of. */
export interface FunctionSettings {
  readonly functionName: string;
  readonly functionArn: string;
  readonly roleArn: string;
  readonly handler: string;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  /** More invocations than this at once are refused. */
  readonly reservedConcurrency?: number;
  /** At most this many environments; further invocations wait. */
  readonly environments: number;
  /** Where the code lies, unpacked; asked for at each cold start, which fails with whatever it throws. */
  readonly taskRoot: () => string;
  /** `process.env` of an environment. */
  readonly variables: (taskRoot: string, logStream: string) => Readonly<Record<string, string>>;
  readonly log: FunctionLog;
  readonly platformLog: PlatformLog;
  /** Hears of each failed invocation: the error object as JSON text. */
  readonly onFailure?: (payload: string) => void;
  readonly deadLetters?: LocalFunction['deadLetters'];
  /** Stands still while it runs, where it can; the machine's own time by default. */
  readonly clock?: Clock;
  /** Where its invocations are measured; nowhere by default. */
  readonly metrics?: FunctionMetrics;
  /** Lets its requests go before the batches of whatever shares this; nobody waits for them by default. */
  readonly precedence?: Precedence;
  /** An environment without work for this long is stopped; five minutes by default. */
  readonly idleMs?: number;
}
