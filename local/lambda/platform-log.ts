/** What is known of an invocation when it is over. */
export interface InvocationReport {
  readonly requestId: string;
  readonly durationMs: number;
  /** How long the environment took to start, where this was its first invocation. */
  readonly initMs: number | undefined;
  readonly memoryMb: number;
  /** The thread's heap and buffers; the platform's share, which AWS counts too, can't be told apart in one process. */
  readonly memoryUsedBytes: number;
  readonly status: 'success' | 'error' | 'timeout';
}

/** The lines that Lambda itself writes around those of the function. */
export interface PlatformLog {
  initStart(): string;
  start(requestId: string): string;
  timedOut(requestId: string, timeoutMs: number): string;
  report(report: InvocationReport): string;
}

/**
 * `START`, `END` and `REPORT`, as in CloudWatch; a `REPORT` ends with `Status: timeout` where that is so. The error
 * type that AWS adds for some failures is not there.
 */
export const textPlatformLog: PlatformLog = {
  initStart: () => `INIT_START Runtime Version: ${runtimeVersion}\n`,
  start: (requestId) => `START RequestId: ${requestId} Version: $LATEST\n`,
  timedOut: (requestId, timeoutMs) =>
    `${new Date().toISOString()} ${requestId} Task timed out after ${seconds(timeoutMs)} seconds\n`,
  report({ requestId, durationMs, initMs, memoryMb, memoryUsedBytes, status }) {
    const init = initMs === undefined ? '' : `Init Duration: ${initMs.toFixed(2)} ms\t`;
    return (
      `END RequestId: ${requestId}\n` +
      `REPORT RequestId: ${requestId}\tDuration: ${durationMs.toFixed(2)} ms\t` +
      `Billed Duration: ${billedMs(durationMs, initMs)} ms\tMemory Size: ${memoryMb} MB\t` +
      `Max Memory Used: ${megabytes(memoryUsedBytes)} MB\t${init}${status === 'timeout' ? 'Status: timeout' : ''}\n`
    );
  },
};

/**
 * The same as JSON lines, for `LogFormat: JSON`.
 * https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html
 */
export const jsonPlatformLog: PlatformLog = {
  initStart: () => line('platform.initStart', { phase: 'init', runtimeVersion }),
  start: (requestId) => line('platform.start', { requestId, version: '$LATEST' }),
  timedOut: () => '', // its status says so
  report: ({ requestId, durationMs, initMs, memoryMb, memoryUsedBytes, status }) =>
    line('platform.report', {
      requestId,
      metrics: {
        durationMs: Number(durationMs.toFixed(3)),
        billedDurationMs: billedMs(durationMs, initMs),
        memorySizeMB: memoryMb,
        maxMemoryUsedMB: megabytes(memoryUsedBytes),
        ...(initMs !== undefined && { initDurationMs: Number(initMs.toFixed(3)) }),
      },
      status,
    }),
};

/** For `SystemLogLevel: WARN`: of JSON the reports of what did not go well. */
export const warnPlatformLog: PlatformLog = {
  initStart: () => '',
  start: () => '',
  timedOut: () => '',
  report: (report) => (report.status === 'success' ? '' : jsonPlatformLog.report(report)),
};

const runtimeVersion = `nodejs:${process.versions.node}`;

const line = (type: string, record: object): string =>
  `${JSON.stringify({ time: new Date().toISOString(), type, record })}\n`;

/** Lambda bills the start too, since August 2025, and rounds up to whole milliseconds. */
export const billedMs = (durationMs: number, initMs = 0): number => Math.ceil(durationMs + initMs);

export const megabytes = (bytes: number): number => Math.ceil(bytes / 1_048_576);

/** `3.00`, as Lambda writes a time-out. */
export const seconds = (ms: number): string => (ms / 1_000).toFixed(2);
