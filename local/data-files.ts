import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import * as z from 'zod/mini';
import { StartError } from './start-error.ts';
import { damageOf, readState, writeState } from './state-file.ts';
import { headPath } from './storage/head.ts';
import { salvageStore } from './storage/salvage.ts';

const listName = 'files';

/** What comes and goes, or is made anew: its absence means nothing. */
const passing =
  /(^|\/)(\.gitignore|files|lock(-journal)?|runtime\.pid|(inline-code|logs)\/.*)$|-wal$|\.new$|\.damaged(-\d+)?(-head)?$/;

const kindOfList = {
  schema: z.array(z.string()),
  keeps: 'which files belong to this data directory',
  remedy: 'A start with --salvage makes it anew.',
};

/** Lists the files that the directory holds now, so that a later start notices when one is gone. */
export const listFiles = (directory: string): void => writeState(join(directory, listName), filesIn(directory));

/**
 * Throws a `StartError` where a listed file is gone, and where the directory holds what isn't listed at all: the data of
 * an earlier release, or somebody else's. A new directory gets its list.
 */
export const checkFiles = (directory: string): void => {
  const listed = readState(join(directory, listName), kindOfList);
  const held = filesIn(directory);
  if (!listed) {
    if (held.length === 0) return void listFiles(directory);
    const earlier = existsSync(join(directory, 'kinesis', 'CURRENT'));
    const what = earlier
      ? "holds data of an earlier release, which this one can't read"
      : `holds files that are not data of this release, or its list "${listName}" is gone (found: ${held[0]})`;
    throw new StartError(
      `--data-dir: ${directory} ${what}. Choose another directory${earlier ? '' : ', or start with --salvage if it is the right one'}`,
    );
  }
  const missing = listed.filter((file) => !existsSync(join(directory, file)));
  if (missing.length === 0) return;
  throw new StartError(
    `--data-dir: ${directory} has lost ${missing.join(', ')}. Put ${missing.length === 1 ? 'it' : 'them'} back, ` +
      'or start with --salvage to go on without',
  );
};

/**
 * Makes the directory whole again: stores keep what matches its checksum, state files that can't be read go. Reports
 * each file that was damaged or is missing, with what is gone.
 */
export const salvageFiles = (directory: string, report: (line: string) => void): void => {
  const listed = listedOf(directory, report);
  const held = filesIn(directory);
  const stores = new Set(
    [...listed, ...held].map((file) => file.replace(/-head$/, '')).filter((file) => file.endsWith('.sqlite')),
  );
  for (const file of listed) if (!existsSync(join(directory, file))) report(`${file} is gone`);
  for (const file of stores) salvageOne(directory, file, report);
  for (const file of held) {
    const isStore = file.endsWith('.sqlite') || file.endsWith('-head');
    const damage = isStore ? undefined : damageOf(join(directory, file));
    if (damage === undefined) continue;
    rmSync(join(directory, file));
    report(`${file} can't be read (${damage}) and is removed`);
  }
  listFiles(directory);
};

const listedOf = (directory: string, report: (line: string) => void): readonly string[] => {
  const list = join(directory, listName);
  const listed = damageOf(list) === undefined ? readState(list, kindOfList) : undefined;
  if (!listed) report(`the list of its files, ${listName}, is gone or damaged; it is made anew`);
  return listed ?? [];
};

/** How many keys of lost entries are reported by name. */
const mostNamed = 20;

const salvageOne = (directory: string, file: string, report: (line: string) => void): void => {
  const path = join(directory, file);
  if (!existsSync(path) && !existsSync(headPath(path))) return; // a new one is made
  const salvage = salvageStore(path);
  if (!salvage) return;
  const { fault, kept, lost, lostCommits, damaged } = salvage;
  const gone = [
    ...(lostCommits > 0 ? [`the newest ${lostCommits} writes`] : []),
    ...lost.slice(0, mostNamed),
    ...(lost.length > mostNamed ? [`${lost.length - mostNamed} more entries`] : []),
  ];
  report(`${file} was damaged: ${fault}. Kept: ${kept} entries. Gone: ${gone.join(', ') || 'nothing that has a name'}`);
  if (existsSync(damaged)) report(`${file}: the damaged file is ${relative(directory, damaged)}`);
};

const filesIn = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .filter((file) => !passing.test(file))
    .sort();
