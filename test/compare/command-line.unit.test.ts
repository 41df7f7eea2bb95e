import { describe, expect, it } from '@jest/globals';
import { help, readCommandLine } from '../../compare/command-line.ts';
import { sweptPairs } from '../../compare/pairs.ts';

describe('the command line of compare-batching', () => {
  it('has a default for everything', () => {
    expect(readCommandLine([])).toEqual({
      help: false,
      orders: 1_000,
      rate: 50,
      seed: 1,
      pairs: undefined,
      sweep: false,
      out: '.local/batching.svg',
    });
  });

  it('takes a fraction of an order a second, and pairs', () => {
    const pairs = [
      { batchSize: 10_000, windowSeconds: 300 },
      { batchSize: 1, windowSeconds: 0 },
    ];
    expect(readCommandLine(['--rate', '0.5', '--pairs', '10000:300,1:0'])).toMatchObject({ rate: 0.5, pairs });
  });

  it('sweeps at least 24 pairs by default, no two alike', () => {
    expect(readCommandLine(['--sweep'])).toMatchObject({ sweep: true, orders: 600, out: '.local/batching-sweep.svg' });
    expect(new Set(sweptPairs.map((pair) => JSON.stringify(pair))).size).toBeGreaterThanOrEqual(24);
  });

  it.each([
    ['--rate 0', '--rate takes 0.1 to 5000 orders a second, not "0"'],
    ['--rate -5', '--rate takes 0.1 to 5000 orders a second, not "-5"'],
    ['--rate NaN', '--rate takes 0.1 to 5000 orders a second, not "NaN"'],
    ['--rate 1e3', '--rate takes 0.1 to 5000 orders a second, not "1e3"'],
    ['--rate 5001', '--rate takes 0.1 to 5000 orders a second, not "5001"'],
    ['--orders 0', '--orders takes a whole number from 1 to 100000, not "0"'],
    ['--orders -1', '--orders takes a whole number from 1 to 100000, not "-1"'],
    ['--orders 1.5', '--orders takes a whole number from 1 to 100000, not "1.5"'],
    ['--orders Infinity', '--orders takes a whole number from 1 to 100000, not "Infinity"'],
    ['--seed x', '--seed takes a whole number from 0 to 4294967295, not "x"'],
    ['--pairs 0:1,10:2', '--pairs: a batch holds 1 to 10000 records, not 0 (0:1)'],
    ['--pairs 10001:1,10:2', '--pairs: a batch holds 1 to 10000 records, not 10001 (10001:1)'],
    ['--pairs 10:301,10:2', '--pairs: a window lasts 0 to 300 seconds, not 301 (10:301)'],
    ['--pairs 10:-1,10:2', '--pairs: a pair is batch size:window in seconds, as in 100:30, not "10:-1"'],
    ['--pairs 10,2', '--pairs: a pair is batch size:window in seconds, as in 100:30, not "10"'],
    ['--pairs 10:2', '--pairs takes two pairs, of put-item-1 and of put-item-2, not 1; --sweep takes any'],
    ['--sweep --pairs 10:2,', '--pairs: a pair is batch size:window in seconds, as in 100:30, not ""'],
    ['--out=', '--out takes the name of a file'],
    ['--ordres 5', "Unknown option '--ordres'; --help lists the flags"],
    ['orders', "Unexpected argument 'orders'; --help lists the flags"],
  ])('refuses %s', (args, message) => {
    expect(() => readCommandLine(args.split(' '))).toThrow(expect.objectContaining({ name: 'UsageError', message }));
  });

  it('explains every flag', () => {
    for (const flag of ['orders', 'rate', 'seed', 'pairs', 'sweep', 'out', 'help'])
      expect(help).toContain(`--${flag} `);
  });
});
