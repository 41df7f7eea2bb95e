import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { openFunctionLog } from '../../../local/lambda/function-log.ts';
import { jsonPlatformLog, warnPlatformLog } from '../../../local/lambda/platform-log.ts';
import { probeFunction } from './probe-function.ts';

const time = '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z';
const ms = '\\d+\\.\\d\\d';

/** Of each report in a JSON log, whose it is and how that went. */
const reportsIn = (log: string): [string, string][] =>
  log
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter(({ type }) => type === 'platform.report')
    .map(({ record }) => [record.requestId, record.status]);

describe('the log of a function', () => {
  it('has the lines of Lambda around those of the handler', async () => {
    const probe = probeFunction(`exports.handler = async () => {
      console.log('one %d', 1, { a: 2 }); console.warn('two'); console.error('three'); console.debug('four'); console.trace('five');
    };`);
    await probe.call({}, { requestId: 'r-1' });
    await probe.call({}, { requestId: 'r-2' });

    const lines = (await probe.closeAndReadLog()).split('\n');

    const expected = [
      '^INIT_START Runtime Version: nodejs:24\\.',
      '^START RequestId: r-1 Version: \\$LATEST$',
      `^${time}\tr-1\tINFO\tone 1 { a: 2 }$`,
      `^${time}\tr-1\tWARN\ttwo$`,
      `^${time}\tr-1\tERROR\tthree$`,
      `^${time}\tr-1\tDEBUG\tfour$`,
      `^${time}\tr-1\tTRACE\tfive$`,
      '^END RequestId: r-1$',
      `^REPORT RequestId: r-1\tDuration: ${ms} ms\tBilled Duration: \\d+ ms\tMemory Size: 128 MB\tMax Memory Used: [1-9]\\d* MB\tInit Duration: ${ms} ms\t$`,
      '^START RequestId: r-2 Version: \\$LATEST$',
    ];
    for (const [index, pattern] of expected.entries()) expect(lines[index]).toMatch(new RegExp(pattern));
    expect(lines.at(-2)).toMatch(
      new RegExp(
        `^REPORT RequestId: r-2\tDuration: ${ms} ms\tBilled Duration: \\d+ ms\tMemory Size: 128 MB\tMax Memory Used: [1-9]\\d* MB\t$`,
      ),
    );
  });

  it('has what the code says while it loads, under no request', async () => {
    const probe = probeFunction(`console.log('loading'); exports.handler = async () => 1;`);
    await probe.call();

    expect(await probe.closeAndReadLog()).toMatch(/^INIT_START .*\n.*\tundefined\tINFO\tloading\nSTART /);
  });

  it('has what goes to the standard streams as it is', async () => {
    const probe = probeFunction(`const { Console } = require('node:console');
      const own = new Console({ stdout: process.stdout, stderr: process.stderr });
      exports.handler = async () => { own.log('{"level":"INFO"}'); own.error('err'); process.stdout.write('no line end'); };`);
    await probe.call();

    expect(await probe.closeAndReadLog()).toMatch(/\n\{"level":"INFO"\}\nerr\nno line end\nEND /);
  });

  it('has what a handler said before it hung, and its time-out', async () => {
    const probe = probeFunction(`exports.handler = async () => { console.log('last words'); for (;;); };`, {
      timeoutMs: 200,
    });
    await probe.fail({}, { requestId: 'r-1' });

    const log = await probe.closeAndReadLog();

    expect(log).toMatch(/r-1\tINFO\tlast words\n/);
    expect(log).toMatch(new RegExp(`\n${time} r-1 Task timed out after 0\\.20 seconds\nEND RequestId: r-1\nREPORT `));
    expect(log).toMatch(new RegExp(`\tInit Duration: ${ms} ms\tStatus: timeout\n$`));
  });

  it('has the error of a handler that failed, as the runtime of Lambda writes it', async () => {
    const probe = probeFunction(
      `exports.handler = async () => { throw Object.assign(new Error('boom'), { orderId: 7 }); };`,
    );
    await probe.fail({}, { requestId: 'r-1' });

    const [, json = ''] = /r-1\tERROR\tInvoke Error \t(.*)\n/.exec(await probe.closeAndReadLog()) ?? [];

    expect(JSON.parse(json)).toMatchObject({
      errorType: 'Error',
      errorMessage: 'boom',
      orderId: 7,
      stack: expect.arrayContaining(['Error: boom']),
    });
  });

  it('is JSON where the function asks for it, from the level that it names', async () => {
    const probe = probeFunction(
      `exports.handler = async () => { console.debug('no'); console.warn({ a: 1 }); console.error('two', new TypeError('t')); };`,
      { logFormat: 'JSON', logLevel: 'WARN', platformLog: jsonPlatformLog },
    );
    await probe.call({}, { requestId: 'r-1' });

    const lines = (await probe.closeAndReadLog()).trim().split('\n');

    const [init, start, warn, error, report] = lines.map((line) => JSON.parse(line));
    expect(init).toMatchObject({ type: 'platform.initStart', record: { phase: 'init' } });
    expect(start).toMatchObject({ type: 'platform.start', record: { requestId: 'r-1', version: '$LATEST' } });
    expect(warn).toMatchObject({ level: 'WARN', requestId: 'r-1', message: { a: 1 } });
    expect(error).toMatchObject({ level: 'ERROR', errorType: 'TypeError', errorMessage: 't' });
    expect(report).toMatchObject({
      type: 'platform.report',
      record: { requestId: 'r-1', status: 'success', metrics: { memorySizeMB: 128 } },
    });
  });

  it('is JSON that tells by its status what timed out and what failed', async () => {
    const probe = probeFunction(
      `exports.handler = async (what) => { if (what === 'hang') await new Promise(() => setInterval(() => {}, 50));
        throw new Error(what); };`,
      { logFormat: 'JSON', platformLog: jsonPlatformLog, timeoutMs: 200 },
    );
    await probe.fail('hang', { requestId: 'r-1' });
    await probe.fail('boom', { requestId: 'r-2' });

    expect(reportsIn(await probe.closeAndReadLog())).toEqual([
      ['r-1', 'timeout'],
      ['r-2', 'error'],
    ]);
  });

  it('has of what Lambda itself writes the reports of failures alone, where it asks for warnings', async () => {
    const probe = probeFunction(
      `exports.handler = async (ms) => { await new Promise((resolve) => setTimeout(resolve, ms)); };`,
      { logFormat: 'JSON', platformLog: warnPlatformLog, timeoutMs: 200 },
    );
    await probe.call(0, { requestId: 'r-1' });
    await probe.fail(60_000, { requestId: 'r-2' });

    const log = await probe.closeAndReadLog();

    expect(log.trim().split('\n')).toHaveLength(1);
    expect(reportsIn(log)).toEqual([['r-2', 'timeout']]);
  });

  it('is handed to the caller who asks for its tail, 4 KB at most', async () => {
    const probe = probeFunction(`exports.handler = async (length) => { console.log('x'.repeat(length)); };`);

    const { logTail = '' } = await probe.invoke('10', { tail: true, requestId: 'r-1' });
    const long = await probe.invoke('9000', { tail: true });

    expect(logTail).toMatch(
      /^START RequestId: r-1 .*\n.*\tINFO\tx{10}\nEND RequestId: r-1\nREPORT RequestId: r-1\t.*\n$/,
    );
    expect(long.logTail?.length).toBe(4_096);
    expect(long.logTail).toMatch(/^x+\nEND .*\nREPORT .*\n$/);
    expect(await probe.invoke('1')).not.toHaveProperty('logTail');
  });

  it('may be longer than a text can be, for who asks for its tail', async () => {
    const half = 'x'.repeat(2 ** 28);
    const probe = probeFunction('exports.handler = async () => {};', {
      log: { write: () => {}, close: async () => {} },
      platformLog: { initStart: () => '', start: () => half, timedOut: () => '', report: () => half },
    });

    expect((await probe.invoke('{}', { tail: true })).logTail).toBe('x'.repeat(4_096));
  });
});

describe('the file of a log', () => {
  const folder = mkdtempSync(join(tmpdir(), 'function-log-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('keeps what was written before, and all that is written, in order', async () => {
    const file = join(folder, 'deep', 'order.log');
    for (const run of ['a', 'b']) {
      const log = openFunctionLog(file);
      for (let line = 0; line < 5_000; line++) log.write(`${run} ${line} ${'x'.repeat(30)}\n`);
      await log.close();
    }

    const lines = readFileSync(file, 'utf8').trim().split('\n');

    expect(lines.map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual(
      ['a', 'b'].flatMap((run) => Array.from({ length: 5_000 }, (_, line) => `${run} ${line}`)),
    );
  });

  it('gives way to a new one at 16 MiB, and stays beside it', async () => {
    const file = join(folder, 'full.log');
    writeFileSync(file, 'x'.repeat(16 * 1024 * 1024 - 10));

    const log = openFunctionLog(file);
    log.write('the last line that fits\n');
    await log.close();
    const next = openFunctionLog(file);
    next.write('the first of the next\n');
    await next.close();

    expect(readFileSync(`${file}.1`, 'utf8').slice(-24)).toBe('the last line that fits\n');
    expect(readFileSync(file, 'utf8')).toBe('the first of the next\n');
  });
});
