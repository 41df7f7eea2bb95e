import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { writeLocalFiles } from '../../../local/local-files.ts';
import type { MetricRow } from '../../../local/metrics/cloudwatch-rows.ts';
import type { FunctionSnapshot } from '../../../local/metrics/function-metrics.ts';
import type { MetricsSnapshot } from '../../../local/metrics/metrics.ts';
import { eventually } from '../../support/eventually.ts';
import { names, type Probe, runProbes } from '../../support/probe.ts';

/** Writes an object of the test's size into a bucket that it makes, with the function's own key. */
const put = async ({ data }: { data: string[] }) => {
  const { S3Client, CreateBucketCommand, PutObjectCommand } = require('@aws-sdk/client-s3');
  const s3 = new S3Client({ forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: 'measured' })).catch(() => {});
  for (const Key of data) await s3.send(new PutObjectCommand({ Bucket: 'measured', Key, Body: 'x'.repeat(20_000) }));
};
const poison = ({ data }: { data: string[] }) => {
  if (data.includes('poison')) throw new Error('poison');
};

const probes = runProbes(
  {
    batches: { mapping: { BatchSize: 4, MaximumBatchingWindowInSeconds: 1 } },
    caller: { handler: put, function: { Timeout: 20 } },
    failing: { handler: poison, mapping: { MaximumRetryAttempts: 0, BisectBatchOnFunctionError: true } },
  } satisfies Record<string, Probe>,
  { resources: { Bucket: { Type: 'AWS::S3::Bucket' } } },
);

type Name = Parameters<typeof probes.put>[0];
const measured = async (name: Name): Promise<FunctionSnapshot> => {
  const { functions } = await probes.stack.metrics();
  const found = functions.find(({ functionName }) => functionName === probes.functionOf(name).functionName);
  if (!found) throw new Error(`nothing of ${name}`);
  return found;
};

describe('an invocation by a mapping', () => {
  it('tells its batch, why it was sent, and how old it was', async () => {
    await probes.put('batches', names(0, 10));
    const { invocations, total } = await eventually(async () => {
      const found = await measured('batches');
      expect(found.total.batchSize.sum).toBe(10);
      return found;
    });

    expect(invocations.map(({ batch }) => [batch?.records, batch?.reason])).toEqual([
      [4, 'size'],
      [4, 'size'],
      [2, 'window'],
    ]);
    expect(invocations.map(({ source }) => source)).toEqual(Array(3).fill(probes.mappingOf('batches')));
    expect(invocations[2]?.batch?.iteratorAgeMs).toBeLessThan(10_000);
    expect(total.reasons).toEqual({ size: 2, window: 1 });
    const { mappings } = await probes.stack.metrics();
    const lag = mappings.find(({ uuid }) => uuid === probes.mappingOf('batches'))?.lagMs;
    expect(lag?.count).toBe(10);
    expect(lag?.max).toBeGreaterThanOrEqual(invocations[2]?.batch?.iteratorAgeMs ?? 0);
  });

  it('is billed for its start, once', async () => {
    const { invocations, memoryMb } = await measured('batches');
    const [first, ...later] = invocations;
    expect(first?.initMs).toBeGreaterThan(0);
    expect(first?.billedMs).toBe(Math.ceil((first?.durationMs ?? 0) + (first?.initMs ?? 0)));
    expect(first?.memoryUsedMb).toBeGreaterThan(1);
    for (const { cpuMs } of invocations) expect(cpuMs).toBeGreaterThan(0);
    for (const { cpuMs, durationMs } of later) expect(cpuMs).toBeLessThan(durationMs + 5);
    for (const each of later) expect([each.initMs, each.billedMs]).toEqual([undefined, Math.ceil(each.durationMs)]);
    expect(memoryMb).toBe(128);
  });

  it('counts its errors, and its halves as retries', async () => {
    await probes.put('failing', ['a', 'poison']);
    const { total } = await eventually(async () => {
      const found = await measured('failing');
      expect(found.total.invocations).toBe(3);
      return found;
    });
    expect(total).toMatchObject({ errors: 2, reasons: { 'no window': 1, retry: 2 } });
  });
});

describe('the calls of a function', () => {
  it('are signed with a key of its own, counted under its name, and their bytes are its network', async () => {
    await probes.put('caller', ['one', 'two']);
    const { functionName, total } = await eventually(async () => {
      const found = await measured('caller');
      expect(found.total).toMatchObject({ invocations: 1, errors: 0 });
      return found;
    });
    const { calls } = await probes.stack.metrics();

    const count = calls.find(({ principal, action }) => principal === functionName && action === 'PutObject');
    expect(count).toMatchObject({ service: 's3', calls: 2 });
    expect(count?.bytesIn).toBeGreaterThan(40_000);
    expect(count?.bytesIn).toBeLessThan(45_000);
    expect(total.bytesOut.sum).toBeGreaterThan(count?.bytesIn ?? 0);
    expect(total.bytesOut.sum).toBeLessThan(50_000);
    expect(total.bytesIn.sum).toBeGreaterThan(count?.bytesOut ?? 0);
    const writes = calls.find(({ principal, action }) => principal === 'operator' && action === 'PutRecords');
    expect(writes?.calls).toBeGreaterThanOrEqual(1);
  });
});

describe('the page of the metrics', () => {
  const ask = (path: string, method = 'GET') =>
    new Promise<{ status?: number; text: string }>((resolve, reject) => {
      const sent = request(new URL(path, probes.stack.metricsUrl), { method, agent: false }, (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode, text }));
      });
      sent.on('error', reject).end();
    });

  it('answers with what was measured, on a port of its own where the stack has no API', async () => {
    const { status, text } = await ask('/_local/metrics');
    const snapshot: MetricsSnapshot = JSON.parse(text);
    expect([status, snapshot.stackName]).toEqual([200, 'Probe']);
    expect(snapshot.functions.map(({ memoryMb }) => memoryMb)).toEqual([128, 128, 128]);
    expect(snapshot.calls.map(({ action }) => action)).toContain('PutRecords');
  });

  it.each([
    ['/_local/other', 'GET', 404],
    ['/_local/metrics', 'POST', 405],
  ])('answers %s %s by %d', async (path, method, expected) => {
    expect((await ask(path, method)).status).toBe(expected);
  });
});

describe('npm run metrics', () => {
  const cli = join(import.meta.dirname, '../../../local/metrics/print-metrics.ts');
  const folder = mkdtempSync(join(tmpdir(), 'print-metrics-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const run = (...args: string[]) =>
    new Promise<{ code: number; text: string }>((resolve) => {
      execFile(process.execPath, [cli, ...args], { cwd: folder }, (error, stdout, stderr) => {
        resolve({ code: Number(error?.code ?? 0), text: stdout + stderr });
      });
    });

  it('says in one line that no runtime is running', async () => {
    const line = 'npm run metrics: no runtime is running here: start one in another terminal, by npm start\n';
    expect(await run()).toEqual({ code: 1, text: line });
    writeLocalFiles(join(folder, '.local'), { ...probes.stack, metricsUrl: 'http://127.0.0.1:1/_local/metrics' });
    expect(await run()).toEqual({ code: 1, text: line });
  });

  it('explains itself, and refuses a flag that it does not know', async () => {
    expect(await run('--help')).toEqual({ code: 0, text: expect.stringContaining('--json') });
    const { code, text } = await run('--jsn');
    expect([code, text]).toEqual([2, "npm run metrics: Unknown option '--jsn'; --help lists the flags\n"]);
  });

  it('prints the rows of a running stack, as a table and as JSON', async () => {
    writeLocalFiles(join(folder, '.local'), probes.stack);
    const { functionName } = probes.functionOf('batches');
    const sumOf = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0);
    const invocations = new RegExp(
      `^AWS/Lambda +Invocations +FunctionName=${functionName} +\\S+ +(\\d+) +(\\d+) +1 `,
      'gm',
    );

    const { text } = await run();
    const rows: MetricRow[] = JSON.parse((await run('--json')).text);

    const byMinute = [...text.matchAll(invocations)]; // a minute may end in the middle of the test
    expect([1, 2].map((column) => sumOf(byMinute.map((row) => Number(row[column]))))).toEqual([3, 3]);
    const sizes = rows.filter(
      ({ namespace, metricName, dimensions }) =>
        namespace === 'Local' && metricName === 'BatchSize' && Object.values(dimensions).includes(functionName),
    );
    expect(sumOf(sizes.map(({ sum }) => sum))).toBe(10);
  });
});
