import { describe, expect, it } from '@jest/globals';
import { readCommandLine, UsageError } from '../../cost/command-line.ts';

describe('the command line of npm run cost', () => {
  it('has a default for everything', () =>
    expect(readCommandLine([])).toEqual({
      what: 'bill',
      json: false,
      context: {},
      ordersPerSecond: 100,
      salesPerSecond: 0,
      ordersPerPost: 1,
      ordersPerItem: 1,
      orderBytes: undefined,
      days: 30,
      region: 'us-east-1',
    }));

  it('takes every flag', () =>
    expect(
      readCommandLine(
        '--orders-per-second 0.5 --sales-per-second 20 --order-bytes 900 --batch 500 --orders-per-item 12 --days 365 --region ap-southeast-2 -c shards=4 --compare --json'.split(
          ' ',
        ),
      ),
    ).toEqual({
      what: 'compare',
      json: true,
      context: { shards: '4' },
      ordersPerSecond: 0.5,
      salesPerSecond: 20,
      ordersPerPost: 500,
      ordersPerItem: 12,
      orderBytes: 900,
      days: 365,
      region: 'ap-southeast-2',
    }));

  it.each([
    ['--batch 0', '--batch takes a whole number from 1 to 500, not "0"'],
    ['--batch 501', '--batch takes'],
    ['--batch 1.5', '--batch takes'],
    ['--days 0', '--days takes a whole number from 1 to 366'],
    ['--days 30d', '--days takes'],
    ['--orders-per-second 0', '--orders-per-second takes a number from 0.001 to 10000000'],
    ['--orders-per-second=-5', '--orders-per-second takes'],
    ['--orders-per-second many', '--orders-per-second takes'],
    ['--orders-per-second 1e9', '--orders-per-second takes'],
    ['--order-bytes 99', '--order-bytes takes a whole number from 100 to 200000'],
    ['--orders-per-item 0', '--orders-per-item takes'],
    ['--region eu-west-1', '--region takes us-east-1 or ap-southeast-2, not "eu-west-1"'],
    ['--scale --compare', '--scale and --compare exclude one another'],
    ['--scale --orders-per-second 5', '--scale goes through the orders a second by itself'],
    ['--assembly x -c a=b', '-c changes nothing with --assembly'],
    ['-c nonsense', '-c takes key=value'],
    ['--nonsense', "Unknown option '--nonsense'; --help lists the flags"],
    ['order', "Unexpected argument 'order'"],
  ])('refuses %s', (line, message) => {
    const read = () => readCommandLine(line.split(' '));
    expect(read).toThrow(UsageError);
    expect(read).toThrow(message);
  });
});
