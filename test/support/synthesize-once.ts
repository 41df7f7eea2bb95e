import { join } from 'node:path';
import { synthesize } from '../../local/synthesize.ts';

/** Synthesizes the real stack before the first test, with default settings; does nothing when no source has changed. */
export default async function synthesizeOnce(): Promise<void> {
  const root = join(import.meta.dirname, '../..');
  await synthesize({ root, output: join(root, '.local/test-assembly'), context: {} });
}
