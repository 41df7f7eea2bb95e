import { describe, expect, it } from '@jest/globals';
import { comparisonChart, sweepChart } from '../../compare/charts.ts';
import type { Comparison } from '../../compare/compare.ts';
import type { Figures } from '../../compare/figures.ts';
import { comparisonText, ratiosOf, sweepText } from '../../compare/report.ts';
import { label, picture } from '../../compare/svg.ts';

const figures = (changes: Partial<Figures> = {}): Figures => ({
  invocations: 10,
  errors: 0,
  records: 1_000,
  averageBatch: 100,
  reasons: { size: 9, window: 1 },
  mbMs: 100_000,
  averageDurationMs: 400,
  networkBytes: 75_465,
  lagMs: { p50: 3_000, p99: 30_000 },
  ...changes,
});

const comparison = (changes: Partial<Figures> = {}): Comparison => ({
  orders: 1_000,
  ratePerSecond: 50,
  askedPerSecond: 50,
  seconds: 60,
  putItem1: { name: 'put-item-1', pair: { batchSize: 100, windowSeconds: 30 }, ...figures() },
  putItem2: {
    name: 'put-item-2',
    pair: { batchSize: 10, windowSeconds: 2 },
    ...figures({
      invocations: 100,
      averageBatch: 10,
      mbMs: 600_000,
      averageDurationMs: 190,
      networkBytes: 505_616,
      ...changes,
    }),
  },
  ingest: figures({ mbMs: 5_100_000 }),
});

describe('the report of a comparison', () => {
  it('has each ratio beside the published one', () => {
    expect(ratiosOf(comparison())).toEqual({ cost: 6, duration: 400 / 190, network: 505_616 / 75_465, ingest: 8.5 });
    const text = comparisonText(comparison());
    expect(text).toMatch(/^cost, MB-ms a minute +100,000 +600,000 +6\.00× +6\.00× \(111,837, 672,052\)$/m);
    expect(text).toMatch(/^duration, ms an invocation +400\.0 +190\.0 +2\.11× +2\.10× \(430, 202\)$/m);
    expect(text).toMatch(/^network, bytes a minute +75,465 +505,616 +6\.70× +6\.70× \(75,465, 502,176\)$/m);
    expect(text).toContain('ingest-order cost 5,100,000 MB-ms a minute, 8.50× put-item-2; published 8.50×.');
  });

  it('says what was asked for, where the API did not keep up', () => {
    expect(comparisonText(comparison())).toMatch(/^1,000 orders at 50\.0 a second; both/);
    const text = comparisonText({ ...comparison(), askedPerSecond: 5_000 });
    expect(text).toMatch(/^1,000 orders at 50\.0 a second of the 5000\.0 asked for; both/);
  });

  it('says why a ratio is another than the published one, and only then', () => {
    expect(comparisonText(comparison())).not.toMatch(/^(Cost|Duration|Network) is not/m);
    const text = comparisonText(comparison({ mbMs: 150_000, networkBytes: 75_465 }));
    expect(text).toMatch(/^Cost is not 6\.00×: .* 10\.0 times the invocations/m);
    expect(text).toMatch(/^Network is not 6\.70×/m);
    expect(text).not.toMatch(/^Duration is not/m);
  });
});

const swept = [
  [1, 0, 1, 0.21],
  [10, 2, 1.4, 0.03],
  [100, 2, 2.3, 0.012],
  [100, 30, 30, 0.011],
  [1, 30, 2, 0.22],
].map(([batchSize = 0, windowSeconds = 0, lag = 0, cost = 0]) => ({
  pair: { batchSize, windowSeconds },
  figures: figures(),
  lag,
  cost,
}));

describe('the report of a sweep', () => {
  it('ends with the curve and its knee', () => {
    const text = sweepText({ swept, time: { start: 2.5, slope: 1.25 } }, 65.6);
    expect(text).toContain('5 pairs in 65.6 s.');
    const curve = text.split('\n\n').at(-2) ?? '';
    expect(curve.split('\n').map((line) => line.split('  ')[0])).toEqual([
      'a batch is sent at',
      '1 or 0 s',
      '10 or 2 s',
      '100 or 2 s',
      '100 or 30 s',
    ]);
    expect(text.split('\n').at(-1)).toMatch(
      /^The knee is 100 or 2 s: \$0\.012 a million orders, 99 of 100 orders there within 2\.3 s\./,
    );
  });
});

it('a sweep of two pairs has no knee', () => {
  const few = { swept: swept.slice(0, 2), time: { start: 2.5, slope: 1.25 } };
  expect(sweepText(few, 3).split('\n').at(-1)).toBe('Too few pairs for a knee.');
  expect(sweepChart(few)).not.toMatch(/NaN|class="ring"/);
});

describe('the pictures', () => {
  const pictures = {
    comparison: comparisonChart(comparison()),
    sweep: sweepChart({ swept, time: { start: 2.5, slope: 1.25 } }),
  };

  it.each(Object.entries(pictures))('of a %s are one whole SVG without a gap in its numbers', (_name, svg) => {
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg".*<\/svg>\n$/s);
    expect(svg).toContain('@media (prefers-color-scheme: dark)');
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    const opened = [...svg.matchAll(/<([a-z]+)/g)].map(([, name]) => name);
    const closed = [...svg.matchAll(/<\/([a-z]+)>/g)].map(([, name]) => name);
    expect(opened.toSorted()).toEqual(closed.toSorted());
  });

  it('show the figures and the published ratios', () => {
    expect(pictures.comparison).toContain('6.00× here, 6.0× published');
    expect(pictures.sweep.match(/<circle/g)).toHaveLength(swept.length + 1);
  });

  it('hold text as text', () => {
    expect(picture(1, 1, 'a < b & "c"', label(0, 0, '<script>'))).toContain(
      '<title>a &lt; b &amp; &quot;c&quot;</title>',
    );
    expect(label(0, 0, '<script>')).not.toContain('<script>');
  });
});
