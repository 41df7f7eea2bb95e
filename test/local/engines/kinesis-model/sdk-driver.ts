import { randomUUID } from 'node:crypto';
import * as sdk from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { eventually } from '../../../support/eventually.ts';
import type { Answer, Driver } from './driver.ts';

type Values = Record<string, unknown>;

/** Calls the implementation that the SDK's variables name, such as `AWS_ENDPOINT_URL_KINESIS`. */
export class SdkDriver implements Driver {
  readonly prefix = `model-${randomUUID()}`;
  readonly inside = undefined;
  private readonly client = new sdk.KinesisClient({ requestHandler: new NodeHttpHandler() });
  private readonly created = new Set<string>();

  async call(operation: string, input: Values): Promise<Answer> {
    const Command = (sdk as unknown as Record<string, new (input: Values) => Parameters<typeof this.client.send>[0]>)[
      `${operation}Command`
    ];
    if (!Command) throw new Error(`The SDK knows no ${operation}`);
    try {
      const output = fromSdk(await this.client.send(new Command(toSdk(input) as Values)));
      if (changing.has(operation)) await this.changed(String(input.StreamName), operation === 'DeleteStream');
      return { output };
    } catch (error) {
      if (!(error instanceof sdk.KinesisServiceException)) throw error;
      return { error: error.name };
    }
  }

  async settled(): Promise<void> {}

  async close(): Promise<void> {
    for (const StreamName of this.created) await this.client.send(new sdk.DeleteStreamCommand({ StreamName }));
    this.client.destroy();
  }

  private async changed(StreamName: string, isDeleted: boolean): Promise<void> {
    const describe = () => this.client.send(new sdk.DescribeStreamSummaryCommand({ StreamName }));
    if (isDeleted) {
      this.created.delete(StreamName);
      await eventually(() => expect(describe()).rejects.toThrow());
    } else {
      this.created.add(StreamName);
      await eventually(async () => expect((await describe()).StreamDescriptionSummary?.StreamStatus).toBe('ACTIVE'));
    }
  }
}

/** What AWS finishes after its answer. */
const changing = new Set([
  'CreateStream',
  'DeleteStream',
  'SplitShard',
  'MergeShards',
  'UpdateShardCount',
  'IncreaseStreamRetentionPeriod',
  'DecreaseStreamRetentionPeriod',
]);

const toSdk = (value: unknown, name = ''): unknown => {
  if (name === 'Data') return Buffer.from(String(value), 'base64');
  if (name === 'Timestamp') return new Date(Number(value) * 1_000);
  return mapped(value, toSdk);
};

const fromSdk = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof Date) return value.getTime() / 1_000;
  return mapped(value, fromSdk);
};

const mapped = (value: unknown, map: (value: unknown, name?: string) => unknown): unknown => {
  if (Array.isArray(value)) return value.map((each) => map(each));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, map(each, name)]));
};
