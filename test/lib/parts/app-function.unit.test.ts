import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from '../../../lib/parts/bundles.ts';
import { folders } from '../../support/synth.ts';

const bundles = mkdtempSync(join(tmpdir(), 'bundles-'));
beforeAll(() => bundle(bundles));
afterAll(() => rmSync(bundles, { recursive: true }));

// Those of S3 and DynamoDB hold two clients of AWS that share little.
const budgetKB = (name: string) => (['presign-invoice', 'project-task', 'query-history'].includes(name) ? 450 : 400);

/** As Lambda loads it: by `require`, in a process of its own with the function's environment. */
const evaluate = (name: string, expression: string): string =>
  execFileSync(process.execPath, ['-p', `const { handler } = require('./handler.cjs'); ${expression}`], {
    cwd: join(bundles, name),
    encoding: 'utf8',
    env: {
      AWS_REGION: 'us-east-1',
      ORDER_TABLE: 'table',
      INVOICE_BUCKET: 'bucket',
      LIVE_TABLE: 'live',
      BLUE_ORDER_TABLE: 'blue-table',
      GREEN_ORDER_TABLE: 'green-table',
      BLUE_INVOICE_BUCKET: 'blue-bucket',
      GREEN_INVOICE_BUCKET: 'green-bucket',
      EVENT_LOG: 'log',
      EVENT_STREAM: 'stream',
      SNAPSHOT_TABLE: 'snapshots',
      TASK_TABLE: 'tasks',
      AUDIT_BUCKET: 'audit',
      LINK_LIFETIME_SECONDS: '900',
      REVENUE_TABLE: 'revenue',
      REVENUE_STREAM: 'lines',
      LATENESS_MINUTES: '60',
      STOCK_TABLE: 'stock',
      STORE_BUS: 'bus',
    },
  }).trim();

describe('bundling', () => {
  it('makes a bundle of every function in lambda/', () =>
    expect(
      readdirSync(bundles)
        .filter((name) => !name.startsWith('.'))
        .toSorted(),
    ).toEqual(folders));

  describe('again', () => {
    const note = join(bundles, '.made-from.json');
    const made = () => JSON.parse(readFileSync(note, 'utf8'));
    const oneBundle = join(bundles, folders[0] ?? '', 'handler.cjs');
    const madeAt = () => statSync(oneBundle).mtimeMs;

    it('leaves what was made from the same files, which are those of the project and its dependencies', () => {
      const before = madeAt();
      bundle(bundles);
      expect(madeAt()).toBe(before);
      expect(made().files).toEqual(
        expect.arrayContaining(['domain/event.ts', 'lambda/project-order/handler.ts', 'package-lock.json']),
      );
    });

    it.each<[string, () => void]>([
      ['a file has changed', () => writeFileSync(note, JSON.stringify({ ...made(), hash: 'of other files' }))],
      ['a file is gone', () => writeFileSync(note, JSON.stringify({ ...made(), files: ['lambda/gone.ts'] }))],
      ['there is another function', () => writeFileSync(note, JSON.stringify({ ...made(), names: ['gone'] }))],
      ['a bundle is gone', () => rmSync(oneBundle)],
    ])('makes them anew when %s', (_, change) => {
      const before = madeAt();
      change();
      bundle(bundles);
      expect(madeAt()).toBeGreaterThan(before);
      expect(made().names).toEqual(folders);
    });
  });
});

describe.each(folders)('the bundle of %s', (name) => {
  it('is CommonJS that stands alone and exports a handler of two parameters at most', () =>
    // Node 24 on Lambda refuses a handler that declares a callback.
    expect(evaluate(name, "typeof handler === 'function' && handler.length <= 2")).toBe('true'));

  it('keeps to its budget', () => {
    const { size } = statSync(join(bundles, name, 'handler.cjs'));
    expect(size / 1_000).toBeLessThanOrEqual(budgetKB(name));
  });

  it('has a source map that names our files and holds none of their text', () => {
    const map = JSON.parse(readFileSync(join(bundles, name, 'handler.cjs.map'), 'utf8'));
    expect(map.sources).toContainEqual(expect.stringMatching(new RegExp(`lambda/${name}/handler\\.ts$`)));
    expect(map.sourcesContent).toBeUndefined();
  });
});
