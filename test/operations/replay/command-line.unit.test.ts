import { UsageError } from '../../../operations/command.ts';
import { readCommandLine, replayName } from '../../../operations/replay/command-line.ts';

const read = (text: string) => readCommandLine(text.split(' ').filter(Boolean));

describe('npm run replay', () => {
  it('takes a projection, and feeds it what it is made of', () =>
    expect(read('--projection orders')).toEqual({
      projection: 'orders',
      source: 'archive',
      selection: { types: ['OrderPlaced'] },
      skipFailing: false,
      restart: false,
    }));

  it('takes a slot, times, types and subjects', () =>
    expect(
      read(
        '--projection invoices --slot green --from 2026-11-22 --to 2026-11-22T10:30:00.5+02:00 --types OrderPlaced --subjects a1/v1,a2/v2 --skip-failing --restart',
      ),
    ).toEqual({
      projection: 'invoices',
      slot: 'green',
      source: 'archive',
      selection: {
        fromMs: Date.UTC(2026, 10, 22),
        toMs: Date.UTC(2026, 10, 22, 8, 30, 0, 500),
        types: ['OrderPlaced'],
        subjects: ['a1/v1', 'a2/v2'],
      },
      skipFailing: true,
      restart: true,
    }));

  it('reads the stream alone where told to', () => expect(read('--list --from-stream')?.source).toBe('stream'));

  it('lists every type unless told which', () => {
    expect(read('--list')?.selection).toEqual({});
    expect(read('--list --types SaleRecorded')?.selection).toEqual({ types: ['SaleRecorded'] });
  });

  it.each([
    ['', 'either --projection or --list is needed'],
    ['--list --projection orders', 'either --projection or --list is needed'],
    ['--list --slot green', '--slot changes nothing with --list'],
    ['--list --skip-failing', '--skip-failing changes nothing with --list'],
    ['--list --restart', '--restart changes nothing with --list'],
    ['--projection tasks', '--projection takes orders or invoices, not "tasks"'],
    ['--projection orders --slot red', '--slot takes blue or green, not "red"'],
    ['--projection orders --types SaleRecorded', '--types: the orders are made of OrderPlaced, not of SaleRecorded'],
    ['--list --types ,', '--types takes names'],
    ['--list --from yesterday', '--from takes a time such as 2026-11-22T10:15:00Z, not "yesterday"'],
    ['--list --from 2026-13-01', '--from takes a time'],
    ['--list --from 2026-02-31', '--from takes a time'],
    ['--list --from 2026-11-22 --to 2026-11-21', '--from must lie before --to'],
    ['--list --to 2999-01-01', '--to must not lie in the future'],
    ['--list --colour', "Unknown option '--colour'"],
    ['--list orders', "Unexpected argument 'orders'"],
  ])('refuses %j and names the flag', (text, message) => {
    expect(() => read(text)).toThrow(UsageError);
    expect(() => read(text)).toThrow(message);
  });

  it('knows the same replay again, and tells others apart', () => {
    const name = (text: string, stack = 'here') => replayName(read(text) as never, 'blue', stack);
    const one = '--projection orders --from 2026-11-22';
    expect(name(one)).toBe(name(`${one} --skip-failing`));
    const others = ['--projection orders', '--projection invoices', `${one} --subjects a1/v1`];
    expect(new Set([one, ...others].map((text) => name(text))).size).toBe(4);
    expect(name(one, 'elsewhere')).not.toBe(name(one));
  });
});
