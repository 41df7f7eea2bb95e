import { describe, expect, it } from '@jest/globals';
import { failureReport } from '../../../local/lambda/failure-report.ts';

const failing = () => {
  const lines: string[] = [];
  let now = 0;
  const report = failureReport(
    'project-order',
    () => now,
    (line) => lines.push(line),
  );
  const fail = (errorMessage: string) => report(JSON.stringify({ errorType: 'TypeError', errorMessage, trace: ['…'] }));
  return { lines, fail, later: (ms: number) => (now += ms) };
};

describe('a function that fails', () => {
  it('is named to the person at the terminal in one short line', () => {
    const { lines, fail } = failing();

    fail(`no\n  such thing ${'x'.repeat(1_000)}`);

    expect(lines).toEqual([expect.stringMatching(/^project-order failed: TypeError: no such thing x+$/)]);
    expect(lines[0]?.length).toBeLessThan(250);
  });

  it('again and again is counted, not told each time', () => {
    const { lines, fail, later } = failing();

    for (let times = 0; times < 1_000; times++) fail('poison');
    later(10_001);
    fail('poison');
    fail('poison');

    expect(lines).toEqual([
      'project-order failed: TypeError: poison',
      'project-order failed: TypeError: poison (and 999 more times before)',
    ]);
  });
});
