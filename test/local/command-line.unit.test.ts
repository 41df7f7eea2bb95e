import { describe, expect, it } from '@jest/globals';
import { readCommandLine } from '../../local/command-line.ts';

describe('the command line', () => {
  it('has a default for everything', () =>
    expect(readCommandLine([])).toEqual({
      help: false,
      port: 3000,
      environments: 3,
      awsPace: false,
      salvage: false,
      context: {},
    }));

  it('takes every flag', () =>
    expect(
      readCommandLine([
        '--port',
        '0',
        '--data-dir=d',
        '--salvage',
        '--environments',
        '8',
        '--aws-pace',
        '-c',
        'a=b=c',
        '-c',
        'd=',
      ]),
    ).toEqual({
      help: false,
      port: 0,
      dataDir: 'd',
      environments: 8,
      awsPace: true,
      salvage: true,
      context: { a: 'b=c', d: '' },
    }));

  it('takes an assembly', () => expect(readCommandLine(['--assembly', 'cdk.out']).assembly).toBe('cdk.out'));

  it.each([
    [['--prot', '1'], /^Unknown option '--prot'; --help/],
    [['--port'], /^Option '--port <value>' argument missing; --help/],
    [['--port', '-1'], /^Option '--port' argument is ambiguous/],
    [['--port', '70000'], /^--port takes a whole number from 0 to 65535, not "70000"$/],
    [['--port', '3e3'], /^--port takes/],
    [['--port='], /^--port takes/],
    [['--environments', '0'], /^--environments takes a whole number from 1 to 1000, not "0"$/],
    [['--environments', '1.5'], /^--environments takes/],
    [['--data-dir='], /^--data-dir takes a directory$/],
    [['--aws-pace=yes'], /^Option '--aws-pace' does not take an argument/],
    [['-c', 'auth'], /^-c takes key=value, not "auth"$/],
    [['-c', '=none'], /^-c takes key=value/],
    [['--assembly', 'd', '-c', 'a=b'], /^-c changes nothing with --assembly/],
    [['start'], /^Unexpected argument 'start'/],
  ])('refuses %j in one line that names the flag', (args, message) => {
    expect(() => readCommandLine(args)).toThrow(message);
    expect(() => readCommandLine(args)).toThrow(/^[^\n]+$/);
  });
});
