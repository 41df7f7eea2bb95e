import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { folderMode } from '../private-file.ts';
import { type Checkpoint, CheckpointFile } from './checkpoint-file.ts';

/** The checkpoints of one reader of a stream, a file a shard. */
export class CheckpointFolder {
  private readonly path: string;
  private readonly reader: string;
  private readonly files = new Map<string, CheckpointFile>();

  /** `reader` is whose they are, for the person whose file is damaged: `the mapping Orders`. */
  constructor(path: string, reader: string) {
    this.path = path;
    this.reader = reader;
  }

  /** Whether the reader has been here before. */
  get known(): boolean {
    return existsSync(this.path) && readdirSync(this.path).length > 0;
  }

  /**
   * Takes the first checkpoints, by shard: all are there once this returns, and none if the process is killed before.
   */
  begin(checkpoints: ReadonlyMap<string, Checkpoint>): void {
    const path = `${this.path}.new`;
    rmSync(path, { recursive: true, force: true });
    mkdirSync(path, { recursive: true, mode: folderMode });
    const folder = new CheckpointFolder(path, this.reader);
    for (const [shardId, checkpoint] of checkpoints) folder.write(shardId, checkpoint);
    folder.close();
    renameSync(path, this.path);
  }

  read(shardId: string): Checkpoint | undefined {
    return this.file(shardId).read();
  }

  write(shardId: string, checkpoint: Checkpoint): void {
    this.file(shardId).write(checkpoint);
  }

  hasEnded = (shardId: string): boolean => {
    const checkpoint = this.read(shardId);
    return checkpoint !== undefined && 'ended' in checkpoint;
  };

  /** Forgets all of them. */
  forget(): void {
    this.close();
    rmSync(this.path, { recursive: true, force: true });
  }

  close(): void {
    for (const file of this.files.values()) file.close();
    this.files.clear();
  }

  private file(shardId: string): CheckpointFile {
    const file = this.files.get(shardId) ?? new CheckpointFile(join(this.path, shardId), this.reader, shardId);
    this.files.set(shardId, file);
    return file;
  }
}
