import { describe, expect, it, jest } from '@jest/globals';
import { UsageError } from '../../../operations/command.ts';
import { readCommandLine } from '../../../operations/redrive/command-line.ts';

const read = (text: string) => readCommandLine(text.split(' ').filter(Boolean));

describe('npm run redrive', () => {
  it('lists, unless told more', () => expect(read('')).toEqual({ action: 'list' }));

  it('only says what it would do, unless told to do it', () => {
    const chosen = { all: true, ids: [] };
    expect(read('--all')).toEqual({ action: 'redrive', chosen, drive: false, yes: false });
    expect(read('--all --drive --yes')).toEqual({ action: 'redrive', chosen, drive: true, yes: true });
  });

  it('takes ids by commas and by several flags, and a part of a function name', () => {
    expect(read('--id 3f2a91bc,00aa --id 12345678-1234')).toMatchObject({
      chosen: { all: false, ids: ['3f2a91bc', '00aa', '12345678-1234'] },
    });
    expect(read('--function OrderProjection')).toMatchObject({ chosen: { functionPart: 'OrderProjection' } });
  });

  it('shows, edits and dismisses one', () => {
    expect(read('--dismiss 3f2a91bc')).toEqual({ action: 'dismiss', id: '3f2a91bc' });
    expect(read('--show 3f2a91bc')).toEqual({ action: 'show', id: '3f2a91bc' });
    expect(read('--edit 3f2a91bc')).toEqual({ action: 'edit', id: '3f2a91bc' });
    expect(read('--edit 3f2a91bc --with new.json')).toEqual({ action: 'edit', id: '3f2a91bc', file: 'new.json' });
  });

  it('shows its flags', () => {
    const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
    expect(read('--help')).toBeUndefined();
    expect(String(write.mock.calls[0]?.[0])).toContain('Usage: npm run redrive');
    write.mockRestore();
  });

  it.each([
    ['--drive', '--drive needs --id, --function or --all'],
    ['--yes', '--yes needs --id, --function or --all'],
    ['--show 3f2a --drive', '--drive needs --id, --function or --all'],
    ['--dismiss 3f2a --drive', '--drive needs --id, --function or --all'],
    ['--all --id 3f2a', '--id and --all do not go together'],
    ['--show 3f2a --edit 3f2a', '--show and --edit do not go together'],
    ['--id ../x', '--id takes an id from the list'],
    ['--id 3f2a,', '--id takes an id from the list'],
    ['--edit 3F', '--edit takes an id from the list'],
    ['--with file', '--with needs --edit'],
    ['--function=', '--function takes a part of a name'],
    ['--nonsense', "Unknown option '--nonsense'"],
    ['3f2a91bc', 'Unexpected argument'],
  ])('refuses %s', (text, sentence) => {
    expect(() => read(text)).toThrow(UsageError);
    expect(() => read(text)).toThrow(sentence);
  });
});
