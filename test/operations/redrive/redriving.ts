import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { writeLocalFiles } from '../../../local/local-files.ts';
import { Stopped, UsageError } from '../../../operations/command.ts';
import { silentProgress } from '../../../operations/progress.ts';
import { redriveCommand } from '../../../operations/redrive/redrive-command.ts';
import { type OrderItem, type RunningOrderSystem, startOrderSystem } from '../../support/order-system.ts';

/** A stack with its `.local` in a folder of its own, and `npm run redrive` there. */
export class Redriving {
  readonly scratch = mkdtempSync(join(tmpdir(), 'redrive-'));
  #running: RunningOrderSystem | undefined;

  /** Starts this assembly on what the one before has left. */
  async start(assembly: string): Promise<void> {
    await this.#running?.close();
    this.#running = await startOrderSystem({ assembly, dataDir: join(this.scratch, 'data') });
    writeLocalFiles(join(this.scratch, '.local'), this.#running.stack);
  }

  async close(): Promise<void> {
    await this.#running?.close();
    rmSync(this.scratch, { recursive: true });
  }

  get running(): RunningOrderSystem {
    if (!this.#running) throw new Error('nothing runs yet');
    return this.#running;
  }

  /** What `npm run redrive -- …` answers and tells, and its exit code. */
  redrive = async (...args: string[]) => {
    const out: string[] = [];
    const said: string[] = [];
    const progress = { ...silentProgress, say: (line: string) => void said.push(line) };
    const { signal } = new AbortController();
    const folder = join(this.scratch, '.local');
    const terminal = { folder, print: (text: string) => void out.push(text), progress, signal };
    const failure = await redriveCommand(args, terminal).catch((error: Error) => error);
    if (failure) said.push(failure.message);
    const code = failure instanceof UsageError ? 2 : failure instanceof Stopped ? 1 : failure ? 99 : 0;
    return { out: out.join('\n'), err: said.join('\n'), code };
  };

  itemOf = async (vendorid: string) =>
    (await this.running.system.items()).find((item) => item.vendorid === vendorid) as
      | (OrderItem & { readonly eventIds: readonly string[] })
      | undefined;

  audits = async () => {
    const { system } = this.running;
    const keys = await system.keys('OnFailureBucketName', 'redrive/audit/');
    return Promise.all(keys.map(async (key) => JSON.parse(await system.object('OnFailureBucketName', key))));
  };

  /** Puts what a mapping gave up into the on-failure bucket, under this UUID; answers with its key. */
  setAside = async (uuid: string, body: unknown): Promise<string> => {
    const { system } = this.running;
    const Key = `aws/lambda/m/shardId-1/2026/11/22/2026-11-22T10.00.00-${uuid}`;
    const Body = typeof body === 'string' ? body : JSON.stringify(body);
    await system.s3.send(new PutObjectCommand({ Bucket: system.output('OnFailureBucketName'), Key, Body }));
    return Key;
  };
}
