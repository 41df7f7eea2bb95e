import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** What a start reads of the project. */
const sources = ['cdk.json', 'cdk.context.json', 'package.json', 'package-lock.json', 'bin', 'lib', 'lambda', 'domain'];

/** A temporary folder that a start takes for the project, so that the user's own `.local` stays as it is. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'event-sourcing-bench-'));
  for (const source of sources) {
    if (existsSync(join(root, source))) symlinkSync(join(root, source), join(folder, source));
  }
  return folder;
}

export const removeFolder = (folder: string): void => rmSync(folder, { recursive: true, force: true });

/** Where a start in the folder left its cloud assembly. */
export const assemblyIn = (folder: string): string => join(folder, '.local', 'assembly');
