import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from '../../../local/engines/engine.ts';

export const credentials = { accessKeyId: 'AKIALOCAL', secretAccessKey: 'local/secret+key' };
export const keys = new Map([[credentials.accessKeyId, credentials.secretAccessKey]]);
export const client = { region: 'us-east-1', credentials, maxAttempts: 1 };

const folders: string[] = [];
const engines: Engine[] = [];

/** An empty folder, gone after the test file. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'engine-'));
  folders.push(folder);
  return folder;
}

/** Starts an engine that is closed after the test file, if it is not before. */
export async function started<E extends Engine>(engine: Promise<E>): Promise<E> {
  engines.push(await engine);
  return engine;
}

afterAll(async () => {
  await Promise.all(engines.map((engine) => engine.close()));
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
