import type { DatabaseSync } from 'node:sqlite';
import { StorageDamage } from './damage.ts';
import { applicationId, checksum, formatVersion, type Value } from './format.ts';

/**
 * The first fault of an open database. With `isWhole` all of it is checked: its structure by SQLite, its
 * entries by their checksums. Else only its header is: a large file would hold up the start.
 */
export const findDamage = (database: DatabaseSync, path: string, isWhole: boolean): StorageDamage | undefined => {
  const pragma = (name: string) => Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0];
  if (pragma('application_id') !== applicationId) return new StorageDamage(path, 'it is not a store of this runtime');
  const version = pragma('user_version');
  if (version !== formatVersion)
    return new StorageDamage(path, `its format is ${version}; this runtime reads ${formatVersion}`);
  if (!isWhole) return undefined;
  const structure = pragma('integrity_check(1)');
  if (structure !== 'ok') return new StorageDamage(path, String(structure).replaceAll('\n', ' '));
  for (const row of database.prepare('SELECT key, sum, value FROM entry').iterate()) {
    const { key, sum, value } = row as unknown as { key: string; sum: number; value: Value };
    if (checksum(key, value) !== sum) return new StorageDamage(path, `the entry ${key} has changed`);
  }
  return undefined;
};
