import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { makeTemporaryFolder, type TemporaryFolder } from '../../local/temporary-folder.ts';
import { eventually } from '../support/eventually.ts';

let parent: string;
const opened: TemporaryFolder[] = [];
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'temporary-'));
});
afterEach(() => {
  for (const folder of opened.splice(0)) folder.close();
  rmSync(parent, { recursive: true });
});

const make = (): string => {
  const folder = makeTemporaryFolder(parent);
  opened.push(folder);
  return folder.path;
};

/** A folder as a killed process leaves it, ten minutes ago. */
const leave = (name: string, files = ['lock', 'state/items']): string => {
  const folder = join(parent, name);
  mkdirSync(join(folder, 'state'), { recursive: true });
  for (const file of files) writeFileSync(join(folder, file), '');
  return age(folder);
};
const age = (folder: string): string => {
  const then = Date.now() / 1_000 - 600;
  utimesSync(folder, then, then);
  return folder;
};

/** Makes a folder, and lets the time pass after which others are looked at. */
const makeAndWait = (): string => {
  jest.useFakeTimers();
  try {
    const folder = make();
    jest.runOnlyPendingTimers();
    return folder;
  } finally {
    jest.useRealTimers();
  }
};

describe('a temporary folder', () => {
  it('goes on close', () => {
    const folder = makeTemporaryFolder(parent);
    writeFileSync(join(folder.path, 'state'), '');
    folder.close();
    expect(readdirSync(parent)).toEqual([]);
  });

  it('of a process that was killed goes soon after another is made', async () => {
    const left = [leave('event-sourcing-aB3xYz'), leave('event-sourcing-zzzzzz')];
    makeAndWait();
    await eventually(() => expect(left.filter((folder) => existsSync(folder))).toEqual([]));
  });

  it('stays as long as it is used, is just made or is not known to be one', async () => {
    const used = age(make());
    const unlocked = leave('event-sourcing-unlock', ['state/items']);
    const others = leave('event-sourcing-bench-aB3xYz');
    const elsewhere = leave('elsewhere');
    symlinkSync(elsewhere, join(parent, 'event-sourcing-linked'));
    const justMade = leave('event-sourcing-recent');
    utimesSync(justMade, new Date(), new Date());
    const last = leave('event-sourcing-zzzzzz');
    makeAndWait();
    await eventually(() => expect(existsSync(last)).toBe(false));
    expect(existsSync(join(used, 'lock'))).toBe(true);
    for (const folder of [unlocked, others, elsewhere, justMade])
      expect(existsSync(join(folder, 'state/items'))).toBe(true);
  });
});
