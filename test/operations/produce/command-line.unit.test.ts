import { describe, expect, it, jest } from '@jest/globals';
import { readCommandLine } from '../../../operations/produce/command-line.ts';

describe('the command line of produce', () => {
  it('takes a number of sales or a time', () => {
    expect(readCommandLine(['--events', '1170'])).toEqual({ amount: { events: 1_170 }, lateMinutes: 0 });
    expect(readCommandLine(['--seconds', '60', '--late-minutes', '10'])).toEqual({
      amount: { seconds: 60 },
      lateMinutes: 10,
    });
  });

  it('shows its help and reads no further', () => {
    const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
    expect(readCommandLine(['--help'])).toBeUndefined();
    expect(String(write.mock.calls[0]?.[0])).toContain('npm run produce -- --events N | --seconds N');
    write.mockRestore();
  });

  it.each([
    [[], 'either --events or --seconds is needed'],
    [['--events', '5', '--seconds', '5'], 'either --events or --seconds is needed'],
    [['--events', '0'], '--events takes a whole number from 1 to 10000000, not "0"'],
    [['--events', '1e3'], '--events takes a whole number'],
    [['--seconds', 'x'], '--seconds takes a whole number from 1 to 86400, not "x"'],
    [['--seconds', '5', '--late-minutes', '-1'], "--late-minutes' argument is ambiguous"],
    [['--sales', '5'], "Unknown option '--sales'"],
  ])('refuses %j in one line that names the flag', (args, message) =>
    expect(() => readCommandLine(args)).toThrow(message),
  );
});
