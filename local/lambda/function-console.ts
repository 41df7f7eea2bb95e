import { Writable } from 'node:stream';
import { format } from 'node:util';
import { isError } from './error-object.ts';

const levels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const;
type Level = (typeof levels)[number];

/**
 * Sends what the function writes to `console`, `process.stdout` and `process.stderr` to `write`, in the format of
 * `AWS_LAMBDA_LOG_FORMAT` and from the level `AWS_LAMBDA_LOG_LEVEL` on, which counts in JSON only, as on Lambda.
 * It is sent line by line and at once: what a handler said before it hangs is in the log.
 */
export const redirectConsole = (requestId: () => string, write: (lines: string) => void): void => {
  const json = process.env.AWS_LAMBDA_LOG_FORMAT === 'JSON';
  const lowest = json ? Math.max(0, levels.indexOf(process.env.AWS_LAMBDA_LOG_LEVEL as Level)) : 0;
  const line = json ? jsonLine : textLine;
  const method = (level: Level) =>
    levels.indexOf(level) < lowest
      ? () => undefined
      : (...args: unknown[]) => write(`${line(new Date().toISOString(), requestId(), level, args)}\n`);
  Object.assign(console, {
    trace: method('TRACE'),
    debug: method('DEBUG'),
    info: method('INFO'),
    log: method('INFO'),
    warn: method('WARN'),
    error: method('ERROR'),
    fatal: method('FATAL'),
  });
  for (const name of ['stdout', 'stderr'] as const) {
    const stream = new Writable({
      decodeStrings: false,
      write(chunk: string | Buffer, _encoding, done) {
        const text = String(chunk);
        write(text.endsWith('\n') ? text : `${text}\n`);
        done();
      },
    });
    Object.defineProperty(process, name, { value: stream, configurable: true });
  }
};

const textLine = (time: string, requestId: string, level: Level, args: unknown[]): string =>
  `${time}\t${requestId}\t${level}\t${format(...args)}`;

const jsonLine = (timestamp: string, requestId: string, level: Level, args: unknown[]): string => {
  const line: Record<string, unknown> = { timestamp, level, requestId };
  if (args.length === 1) {
    try {
      return JSON.stringify({ ...line, message: args[0] }, (_, value) => (isError(value) ? describe(value) : value));
    } catch {
      return JSON.stringify({ ...line, message: format(args[0]) });
    }
  }
  return JSON.stringify({ ...line, message: format(...args), ...describe(args.find(isError)) });
};

const describe = (error: Error | undefined): object | undefined =>
  error && {
    errorType: error.constructor?.name ?? 'UnknownError',
    errorMessage: error.message,
    stackTrace: error.stack?.split('\n') ?? [],
  };
