import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { compare } from '../../compare/compare.ts';
import { Mappings } from '../../compare/mappings.ts';
import { type ComparedStack, output, startOwn } from '../../compare/stack.ts';
import { sweep } from '../../compare/sweep.ts';

const root = join(import.meta.dirname, '../..');
const pairs = [
  { batchSize: 20, windowSeconds: 1 },
  { batchSize: 5, windowSeconds: 1 },
];
const commandLine = { help: false, orders: 60, rate: 200, seed: 1, pairs, sweep: false, out: '' };
const { signal } = new AbortController();
const elsewhere = 'http://127.0.0.1:1';

describe('a comparison', () => {
  let stack: ComparedStack;
  beforeAll(async () => {
    process.env.AWS_ENDPOINT_URL_KINESIS = elsewhere;
    stack = await startOwn(() => {});
  }, 40_000);
  afterAll(() => stack.close());

  it('has a runtime to itself, wherever the shell leads', () => {
    expect(stack.environment.AWS_ENDPOINT_URL_KINESIS).not.toBe(elsewhere);
  });

  it('waits until both tables hold every order, and tells what that took', async () => {
    const { putItem1, putItem2, ingest, seconds } = await compare(stack, commandLine, signal);

    expect([putItem1.records, putItem2.records]).toEqual([60, 60]);
    expect([putItem1.errors, putItem2.errors, ingest.errors]).toEqual([0, 0, 0]);
    expect(putItem1.invocations).toBeLessThan(putItem2.invocations);
    expect(putItem2.averageBatch).toBeLessThanOrEqual(5);
    expect(ingest.invocations).toBe(60);
    expect(putItem1.lagMs.p99).toBeLessThan(seconds * 1_100);
    for (const { mbMs, networkBytes } of [putItem1, putItem2]) {
      expect(mbMs).toBeGreaterThan(0);
      expect(networkBytes).toBeGreaterThan(60 * 500);
    }
  });

  it('leaves the mappings as they were', async () => {
    const mappings = new Mappings(stack);
    const pairsNow = [
      await mappings.pairOf(output(stack, 'PutItem1FunctionName')),
      await mappings.pairOf(output(stack, 'PutItem2FunctionName')),
    ];
    mappings.close();
    expect(pairsNow).toEqual([
      { batchSize: 100, windowSeconds: 30 },
      { batchSize: 10, windowSeconds: 2 },
    ]);
  });
});

describe('a sweep', () => {
  it('takes no longer for a long window, and sends as many batches as the pair says', async () => {
    const given = [
      { batchSize: 10_000, windowSeconds: 300 },
      { batchSize: 1, windowSeconds: 300 },
    ];
    const { swept, time } = await sweep({ ...commandLine, sweep: true, pairs: given }, () => {}, signal);
    const [slow, quick] = swept;

    expect(slow?.figures).toMatchObject({ invocations: 2, records: 60, reasons: { window: 2 } }); // one a shard
    expect(slow?.lag).toBeGreaterThan(290);
    expect(quick?.figures).toMatchObject({ invocations: 60, reasons: { size: 60 } });
    expect(quick?.lag).toBeLessThan(2);
    expect(time.slope).toBeGreaterThan(0);
    expect(quick?.cost).toBeGreaterThan(0.2); // a request each, $0.20 a million
    expect(slow?.cost).toBeLessThan((quick?.cost ?? 0) / 2);
  }, 60_000);
});

describe('npm run compare-batching', () => {
  const folder = mkdtempSync(join(tmpdir(), 'compare-batching-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const run = (...args: string[]) =>
    new Promise<{ code: number; text: string }>((resolve) => {
      const cli = join(root, 'compare/compare-batching.ts');
      execFile(process.execPath, [cli, ...args], { cwd: folder }, (error, stdout, stderr) => {
        resolve({ code: Number(error?.code ?? 0), text: stdout + stderr });
      });
    });

  it.each([
    ['--rate', '-1'],
    ['--sweep', '--pairs', '10:301'],
  ])('refuses %s %s in one line, and starts and posts nothing', async (...args) => {
    const { code, text } = await run(...args);
    expect(code).toBe(2);
    expect(text).toMatch(/^npm run compare-batching: --(rate|orders|pairs)[^\n]*\n$/);
    expect(existsSync(join(folder, '.local'))).toBe(false);
  });

  it('says in one line that it needs a CDK app where it can find neither a runtime nor an app', async () => {
    const { code, text } = await run('--orders', '1');
    expect([code, text.trim().split('\n').at(-1)]).toEqual([
      1,
      expect.stringMatching(/^npm run compare-batching: \S+ has no cdk\.json/),
    ]);
  });

  it('is an npm script', () => {
    expect(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts['compare-batching']).toBe(
      'node compare/compare-batching.ts',
    );
  });
});
