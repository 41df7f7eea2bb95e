import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Stopped } from '../../operations/command.ts';
import { Journal } from '../../operations/journal.ts';

const scratch = mkdtempSync(join(tmpdir(), 'journal-'));
afterAll(() => rmSync(scratch, { recursive: true }));

describe('a journal', () => {
  it('tells the next run what was written last, also where a kill came between', () => {
    const folder = join(scratch, 'a');
    const journal = new Journal<{ done: number }>(folder);
    expect(journal.read()).toBeUndefined();
    journal.write({ done: 1 });
    journal.write({ done: 2 });
    writeFileSync(join(folder, 'state.json.new'), '{"done":'); // as a kill leaves it
    expect(new Journal<{ done: number }>(folder).read()).toEqual({ done: 2 });
  });

  it('that a power cut left in part is refused by its file’s name', () => {
    const folder = join(scratch, 'damaged');
    const journal = new Journal<{ done: number }>(folder);
    writeFileSync(join(folder, 'state.json'), '{"done":');
    expect(() => journal.read()).toThrow(Stopped);
    expect(() => journal.read()).toThrow(`${folder}/state.json is damaged: the same command with --restart`);
  });

  it('is its owner’s only, and goes', () => {
    const folder = join(scratch, 'b');
    const journal = new Journal<object>(folder);
    journal.write({});
    expect([statSync(folder).mode & 0o777, statSync(join(folder, 'state.json')).mode & 0o777]).toEqual([0o700, 0o600]);
    journal.remove();
    expect(existsSync(folder)).toBe(false);
  });

  it('is written now and then at most, where that is enough', () => {
    const journal = new Journal<{ done: number }>(join(scratch, 'c'));
    journal.write({ done: 1 });
    journal.writeSometimes({ done: 2 });
    expect(journal.read()).toEqual({ done: 1 });
  });
});
