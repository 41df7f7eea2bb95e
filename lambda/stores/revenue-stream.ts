import { setTimeout as sleep } from 'node:timers/promises';
import { type _Record, type FirehoseClient, PutRecordBatchCommand } from '@aws-sdk/client-firehose';
import type { Arrived, RevenueLines } from '../aggregate-revenue/aggregate-revenue.ts';
import { revenueLine } from '../aggregate-revenue/revenue-line.ts';

// https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecordBatch.html; 500 lines are far below its 4 MiB
const maxRecordsPerCall = 500;
const attempts = 6;

/** The Firehose stream that takes windows to S3. */
export class RevenueStream implements RevenueLines {
  readonly #firehose: FirehoseClient;
  readonly #stream: string;
  readonly #backoffMs: number;

  constructor(firehose: FirehoseClient, stream: string, backoffMs = 50) {
    this.#firehose = firehose;
    this.#stream = stream;
    this.#backoffMs = backoffMs;
  }

  /** Sends again what was refused, and nothing else; throws where Firehose goes on to refuse. */
  async send(arrived: readonly Arrived[]): Promise<void> {
    for (let start = 0; start < arrived.length; start += maxRecordsPerCall) {
      const lines = arrived.slice(start, start + maxRecordsPerCall).map(revenueLine);
      await this.#put(lines.map((line) => ({ Data: Buffer.from(line) })));
    }
  }

  async #put(records: readonly _Record[]): Promise<void> {
    let refused = [...records];
    for (let attempt = 0; refused.length > 0; attempt++) {
      if (attempt === attempts) throw new Error(`${refused.length} lines not taken by Firehose`);
      if (attempt > 0) await sleep(this.#backoffMs * 2 ** (attempt - 1));
      const sent = refused;
      const { RequestResponses = [] } = await this.#firehose.send(
        new PutRecordBatchCommand({ DeliveryStreamName: this.#stream, Records: sent }),
      );
      refused = sent.filter((_, place) => RequestResponses[place]?.RecordId === undefined);
    }
  }
}
