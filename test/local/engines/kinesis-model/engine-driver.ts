import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KinesisEngine } from '../../../../local/engines/kinesis/engine.ts';
import { KinesisError } from '../../../../local/engines/kinesis/errors.ts';
import type { Storage, StorageOptions } from '../../../../local/storage/storage.ts';
import type { Answer, Driver, Inside } from './driver.ts';

export type OpenStorage = (options: StorageOptions) => Storage;

/** Calls the operations of the engine in this process. Whatever it is told without `settled` is one turn. */
export class EngineDriver implements Driver, Inside {
  readonly prefix = 'model';
  readonly inside = this;
  private readonly root = mkdtempSync(join(tmpdir(), 'kinesis-model-'));
  private readonly openStorage: OpenStorage | undefined;
  private folders = 0;
  private folder: string;
  private nowMs = 1_700_000_000_000;
  private engine: KinesisEngine;

  constructor(openStorage?: OpenStorage) {
    this.openStorage = openStorage;
    this.folder = this.newFolder();
    this.engine = this.open();
  }

  async call(operation: string, input: Record<string, unknown>): Promise<Answer> {
    try {
      const text = this.engine.call(operation, structuredClone(input));
      return { output: text === '' ? {} : JSON.parse(text) };
    } catch (error) {
      if (!(error instanceof KinesisError)) throw error;
      return { error: error.name };
    }
  }

  settled(): Promise<void> {
    return this.engine.storage.stored();
  }

  now(): number {
    return this.nowMs;
  }

  advance(ms: number): void {
    this.nowMs += ms;
  }

  sweep(): void {
    this.engine.sweep();
  }

  async restart(): Promise<void> {
    this.engine.close();
    this.engine = this.open();
  }

  /** The files as the operating system has them at this moment are what a killed process leaves. */
  async crash(): Promise<void> {
    const before = this.folder;
    this.folder = this.newFolder();
    for (const file of ['store.sqlite', 'store.sqlite-wal', 'store.sqlite-head'])
      copyFileSync(join(before, file), join(this.folder, file));
    this.engine.close();
    rmSync(before, { recursive: true });
    this.engine = this.open();
  }

  async close(): Promise<void> {
    this.engine.close();
    rmSync(this.root, { recursive: true });
  }

  private newFolder(): string {
    const folder = join(this.root, String(this.folders++));
    mkdirSync(folder);
    return folder;
  }

  private open(): KinesisEngine {
    return new KinesisEngine({
      path: join(this.folder, 'store.sqlite'),
      accountId: '000000000000',
      region: 'us-east-1',
      now: () => this.nowMs,
      ...(this.openStorage ? { openStorage: this.openStorage } : {}),
    });
  }
}
