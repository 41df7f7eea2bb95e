import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '../..');
const assembly = join(root, '.local/test-assembly');

/** As `npm run cost --` runs it, priced from the assembly that the tests share. */
const cost = (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, [join(root, 'cost/cost.ts'), ...args], { cwd: root }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });

describe('npm run cost', () => {
  it.each(['us-east-1', 'ap-southeast-2'])('prints the bill of 100 orders a second by line, in %s', async (region) => {
    const { code, stdout } = await cost('--assembly', assembly, '--orders-per-second', '100', '--region', region);
    expect(code).toBe(0);
    for (const service of [
      'API Gateway',
      'Lambda',
      'Kinesis',
      'DynamoDB',
      'S3',
      'CloudWatch Logs',
      'X-Ray',
      'CloudWatch',
    ]) {
      expect(stdout).toMatch(new RegExp(`^${service} .+ \\S*\\d\\.\\d\\d$`, 'm'));
    }
    expect(stdout).toMatch(/shards, 1 needed/);
    expect(stdout).toMatch(/^ +US dollars, with the stream +[\d,]+\.\d\d +[\d,]+\.\d\d$/m);
  });

  it('prints the growth by powers of ten, with the quotas that bind', async () => {
    const { stdout } = await cost('--assembly', assembly, '--scale');
    const rates = [...stdout.matchAll(/^ *([\d,]+) +[\d,]+\.\d\d/gm)].map(([, rate]) => rate);
    expect(rates).toEqual(['1', '10', '100', '1,000', '10,000', '100,000']);
    expect(stdout).toMatch(/100,000 orders\/s pass API Gateway's requests a second, of the account: 100,000 of 10,000/);
  });

  it('compares the ingest function at other posts, memories and architectures', async () => {
    const { stdout } = await cost('--assembly', assembly, '--compare', '--json');
    const { ingest, readers } = JSON.parse(stdout);
    const usd = (ordersPerPost: number) =>
      ingest.find(
        (each: { ordersPerPost: number; deployed: boolean }) => each.deployed && each.ordersPerPost === ordersPerPost,
      ).lambdaUsd;
    expect(usd(1) / usd(100)).toBeGreaterThan(20);
    const deployed = readers.filter((each: { deployed: boolean }) => each.deployed);
    expect(deployed.map(({ name }: { name: string }) => name)).toEqual(
      expect.arrayContaining(['project-order', 'project-invoice', 'check-event']),
    );
    for (const { ordersPerSecond } of deployed) expect(ordersPerSecond).toBeGreaterThan(800);
  });

  it('adds up to its total as JSON', async () => {
    const { stdout } = await cost('--assembly', assembly, '--json');
    for (const bill of [JSON.parse(stdout).provisioned, JSON.parse(stdout).onDemand]) {
      expect(bill.lines.reduce((sum: number, { cents }: { cents: number }) => sum + cents, 0)).toBe(bill.totalCents);
    }
  });

  it('prices the settings that it was given, whatever another bill is being made of', async () => {
    const shards = async (number: number) =>
      /(\d+) shards,/.exec((await cost('-c', `shards=${number}`)).stdout)?.[1] ?? 'none';
    expect(await Promise.all([3, 5].map(shards))).toEqual(['3', '5']);
  }, 60_000);

  it.each([
    ['--batch', '0', 2, 'npm run cost: --batch takes a whole number from 1 to 500, not "0"\n'],
    [
      '--assembly',
      '/nowhere',
      1,
      'npm run cost: /nowhere is no cloud assembly: it has no manifest.json (`cdk synth` writes one)\n',
    ],
  ])('refuses %s %s in one line', async (flag, value, code, stderr) =>
    expect(await cost(flag, value)).toEqual({ code, stdout: '', stderr }),
  );
});
