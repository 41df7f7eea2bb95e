import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { canonicalJson } from '../../domain/canonical-json.ts';
import { versionOf } from '../../domain/task/task-events.ts';
import type { AuditedEvent, TaskAudit } from '../project-task/project-task.ts';

/** Every event of every task as an object of one bucket. */
export class TaskAuditBucket implements TaskAudit {
  readonly #s3: S3Client;
  readonly #bucket: string;

  constructor(s3: S3Client, bucket: string) {
    this.#s3 = s3;
    this.#bucket = bucket;
  }

  /** `events/task/<id>-<version>.json`; writing it again writes equal bytes. */
  async put(event: AuditedEvent): Promise<void> {
    const Key = `events/task/${event.subject}-${versionOf(event)}.json`;
    await this.#s3.send(
      new PutObjectCommand({ Bucket: this.#bucket, Key, Body: canonicalJson(event), ContentType: 'application/json' }),
    );
  }
}
