import { describe, expect, it } from '@jest/globals';
import { probeFunction } from './probe-function.ts';

const uuid = '[0-9a-f-]{36}';
const counting = 'let n = 0; exports.handler = async (event, context) => { n++; ';

describe('an environment', () => {
  it('keeps the state of its modules from one invocation to the next', async () => {
    const probe = probeFunction(`${counting} return n; };`);

    expect([await probe.call(), await probe.call(), await probe.call()]).toEqual([1, 2, 3]);
  });

  it('shares nothing with another of the same function', async () => {
    const probe = probeFunction(`${counting} await new Promise((r) => setTimeout(r, 1_000)); return n; };`, {
      environments: 2,
    });

    expect(await Promise.all([probe.call(), probe.call()])).toEqual([1, 1]);
  });

  it('sleeps between invocations: what a handler leaves running goes on with the next one', async () => {
    const probe = probeFunction(`let ticks = 0;
      exports.handler = async (ms) => {
        if (ms === 0) setInterval(() => ticks++, 5);
        else await new Promise((r) => setTimeout(r, ms));
        return ticks;
      };`);

    await probe.call(0);
    await new Promise((resolve) => setTimeout(resolve, 100));

    expect(await probe.call(1)).toBeLessThanOrEqual(2);
    expect(await probe.call(60)).toBeGreaterThanOrEqual(3);
  });

  it('is thrown away after a time-out, with the error of Lambda', async () => {
    const probe = probeFunction(
      `${counting} if (event.hang) await new Promise((r) => setTimeout(r, 60_000)); return n; };`,
      {
        timeoutMs: 1_000,
      },
    );
    await probe.call();

    const error = await probe.fail({ hang: true }, { requestId: 'r-1' });

    expect(error).toEqual({
      errorType: 'Sandbox.Timedout',
      errorMessage: 'RequestId: r-1 Error: Task timed out after 1.00 seconds',
    });
    expect(await probe.call()).toBe(1);
  });

  it('is stopped at its deadline even in a loop that never yields', async () => {
    const probe = probeFunction(`${counting} while (event.loop); return n; };`, { timeoutMs: 200 });

    expect(await probe.fail({ loop: true })).toMatchObject({ errorType: 'Sandbox.Timedout' });
    expect(await probe.call()).toBe(1);
  });

  it.each([
    [0, 'Runtime exited without providing a reason'],
    [3, 'Runtime exited with error: exit status 3'],
  ])('ends alone when its handler calls process.exit(%d)', async (exitCode, message) => {
    const probe = probeFunction(`${counting} if (event.exit !== undefined) process.exit(event.exit); return n; };`);

    expect(await probe.fail({ exit: exitCode })).toEqual({
      errorType: 'Runtime.ExitError',
      errorMessage: expect.stringMatching(new RegExp(`^RequestId: ${uuid} Error: ${message}$`)),
    });
    expect(await probe.call()).toBe(1);
  });

  it('ends at a rejection that nobody handles', async () => {
    const probe = probeFunction(
      `${counting} if (event.stray) { Promise.reject(new TypeError('stray')); await new Promise((r) => setTimeout(r, 5_000)); } return n; };`,
    );

    const error = await probe.fail({ stray: true });

    expect(error).toMatchObject({ errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: 'TypeError: stray' });
    expect(error.trace?.[0]).toBe('Runtime.UnhandledPromiseRejection: TypeError: stray');
    expect(await probe.call()).toBe(1);
  });

  it('fails the invocation whose last act is a rejection that nobody handles', async () => {
    const probe = probeFunction(`${counting} if (event.stray) Promise.reject('late'); return n; };`);

    expect(await probe.fail({ stray: true })).toMatchObject({
      errorType: 'Runtime.UnhandledPromiseRejection',
      errorMessage: 'late',
    });
    expect(await probe.call()).toBe(1);
  });

  it('ends at an error that nobody catches', async () => {
    const probe = probeFunction(
      `${counting} if (event.stray) { setImmediate(() => { throw new RangeError('loose'); }); await new Promise((r) => setTimeout(r, 5_000)); } return n; };`,
    );

    expect(await probe.fail({ stray: true })).toMatchObject({ errorType: 'RangeError', errorMessage: 'loose' });
    expect(await probe.call()).toBe(1);
  });

  it('ends when its handler waits for a promise that nothing can settle', async () => {
    const probe = probeFunction(`${counting} if (event.never) await new Promise(() => {}); return n; };`);

    expect(await probe.fail({ never: true })).toMatchObject({ errorType: 'Runtime.NodeJsExit' });
    expect(await probe.call()).toBe(1);
  });

  it('ends when its heap is full, and leaves the others alone', async () => {
    const greedy = probeFunction(
      `${counting} const kept = []; while (event.greedy) kept.push({ n: [n] }); return n; };`,
    );
    const other = probeFunction(`${counting} return n; };`);
    await other.call();

    expect(await greedy.fail({ greedy: true })).toEqual({
      errorType: 'Runtime.OutOfMemory',
      errorMessage: expect.stringMatching(
        new RegExp(`^RequestId: ${uuid} Error: Runtime exited with error: signal: killed$`),
      ),
    });
    expect(await greedy.call()).toBe(1);
    expect(await other.call()).toBe(2);
  });

  it('that crashes with its host fails its invocation, and the next one starts cold', async () => {
    const probe = probeFunction(
      `${counting} if (event.slow) await new Promise((r) => setTimeout(r, 5_000)); return n; };`,
    );
    await probe.call();
    const running = probe.fail({ slow: true });

    await probe.crash();

    expect((await running).errorMessage).toMatch(/Error: Runtime exited with error: signal: killed$/);
    expect(await probe.call()).toBe(1);
  });

  it('has the variables that Lambda sets and its own, and nothing of the machine', async () => {
    process.env.PROBE_OF_THE_MACHINE = 'leaked';
    const probe = probeFunction('exports.handler = async () => process.env;', {
      ownVariables: { ORDER_TABLE: 'orders' },
    });

    const environment = (await probe.call()) as Record<string, string>;
    delete process.env.PROBE_OF_THE_MACHINE;

    expect(environment).toMatchObject({
      ORDER_TABLE: 'orders',
      AWS_ACCESS_KEY_ID: 'AKIDPROBE',
      AWS_ENDPOINT_URL_KINESIS: 'http://127.0.0.1:4567',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      AWS_LAMBDA_FUNCTION_NAME: probe.functionName,
      AWS_REGION: 'us-east-1',
      LAMBDA_TASK_ROOT: probe.taskRoot,
      TZ: ':UTC',
      _HANDLER: 'handler.handler',
    });
    expect(Object.keys(environment).sort()).toEqual([
      'AWS_ACCESS_KEY_ID',
      'AWS_DEFAULT_REGION',
      'AWS_ENDPOINT_URL_KINESIS',
      'AWS_EXECUTION_ENV',
      'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
      'AWS_LAMBDA_FUNCTION_NAME',
      'AWS_LAMBDA_FUNCTION_VERSION',
      'AWS_LAMBDA_INITIALIZATION_TYPE',
      'AWS_LAMBDA_LOG_GROUP_NAME',
      'AWS_LAMBDA_LOG_STREAM_NAME',
      'AWS_LAMBDA_RUNTIME_API',
      'AWS_REGION',
      'AWS_SECRET_ACCESS_KEY',
      'AWS_XRAY_CONTEXT_MISSING',
      'AWS_XRAY_DAEMON_ADDRESS',
      'LAMBDA_RUNTIME_DIR',
      'LAMBDA_TASK_ROOT',
      'LANG',
      'LD_LIBRARY_PATH',
      'NODE_PATH',
      'ORDER_TABLE',
      'PATH',
      'PWD',
      'TZ',
      '_HANDLER',
      '_X_AMZN_TRACE_ID',
    ]);
  });

  it('that exits while it starts fails the invocation that waits for it', async () => {
    const probe = probeFunction('process.exit(7); exports.handler = async () => 1;');

    expect(await probe.fail()).toMatchObject({
      errorType: 'Runtime.ExitError',
      errorMessage: expect.stringMatching(/Runtime exited with error: exit status 7$/),
    });
  });
});
