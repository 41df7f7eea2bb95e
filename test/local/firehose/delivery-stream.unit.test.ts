import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { LocalContext } from '../../../local/context.ts';
import { type DeliverySettings, DeliveryStream } from '../../../local/firehose/delivery-stream.ts';
import type { SourceRecord } from '../../../local/firehose/source-record.ts';
import type { InvokeResult, LocalFunction } from '../../../local/lambda/local-function.ts';
import { awsPace } from '../../../local/pace.ts';
import { VirtualClock } from '../../../local/virtual-clock.ts';

interface Request {
  readonly records: readonly { readonly recordId: string; readonly data: string }[];
}

/** A delivery stream in time that passes by itself, into a bucket in memory. */
const run = (settings: Partial<DeliverySettings> = {}, answer?: (request: Request) => Partial<InvokeResult>) => {
  const clock = new VirtualClock(0);
  const objects: { key: string; atMs: number; body: string }[] = [];
  const finished: string[] = [];
  const calls: { atMs: number; count: number }[] = [];
  const bucket = { failures: 0 };
  const context = {
    clock,
    pace: awsPace,
    log: () => {},
    functions: new Map([
      [
        'fn',
        {
          invoke: async (payload: string) => {
            const request = JSON.parse(payload) as Request;
            calls.push({ atMs: clock.now(), count: request.records.length });
            return { payload: '', ...answer?.(request) };
          },
        } as unknown as LocalFunction,
      ],
    ]),
  } as unknown as LocalContext;
  const stream = new DeliveryStream(
    {
      name: 's',
      deliveryStreamArn: 'arn:s',
      region: 'us-east-1',
      bufferBytes: 100,
      bufferMs: 60_000,
      keys: { records: (ms) => `records/${ms}`, errors: (ms) => `errors/${ms}` },
      compress: false,
      delimiter: '',
      ...settings,
    },
    {
      put: async (key, body) => {
        if (bucket.failures-- > 0) throw new Error('down');
        objects.push({ key, atMs: clock.now(), body: Buffer.from(body).toString() });
      },
      close: async () => {},
    },
    (records) => finished.push(...records.map(({ recordId }) => recordId)),
    context,
  );
  let next = 0;
  const put = (...texts: string[]) => {
    const records = texts.map(
      (text): SourceRecord => ({
        recordId: `r${next++}`,
        arrivedAtMs: clock.now(),
        data: Buffer.from(text).toString('base64'),
      }),
    );
    stream.accept(records);
  };
  return { clock, stream, put, objects, finished, calls, bucket };
};

const answering = (result: (record: Request['records'][number]) => object) => (request: Request) => ({
  payload: JSON.stringify({
    records: request.records.map((record) => ({ recordId: record.recordId, ...result(record) })),
  }),
});
const processor = { functionArn: 'fn', bufferBytes: 100_000, bufferMs: 30_000, retries: 3 };

describe('a buffer', () => {
  it('is written when its first record has waited as long as it says', async () => {
    const { clock, put, objects, finished } = run();
    await clock.run(async () => {
      put('a');
      await clock.sleep(59_000);
      put('b');
      await clock.sleep(62_000);
      put('c');
      await clock.sleep(60_001);
    });

    expect(objects).toEqual([
      { key: 'records/0', atMs: 60_000, body: 'ab' },
      { key: 'records/121000', atMs: 181_000, body: 'c' },
    ]);
    expect(finished).toEqual(['r0', 'r1', 'r2']);
  });

  it('is written when it is full, and holds no more than it says but for one record that does', async () => {
    const { clock, put, objects } = run();
    const [half, most, more] = ['h'.repeat(50), 'm'.repeat(99), 'x'.repeat(150)];
    await clock.run(async () => {
      put(half, half, most, 'a', more, half);
      await clock.sleep(1);
      put(most);
      await clock.sleep(1);
    });

    expect(objects.map(({ body }) => body)).toEqual([half + half, `${most}a`, more, half]);
  });

  it('is written when the stream closes', async () => {
    const { stream, put, objects, calls } = run(
      { processor, delimiter: '\n' },
      answering(({ data }) => ({ result: 'Ok', data })),
    );
    put('a', 'b');
    await stream.close();

    expect(calls).toHaveLength(1);
    expect(objects.map(({ body }) => body)).toEqual(['a\nb\n']);
  });

  it('waits for its bucket, and is finished only then', async () => {
    const { clock, put, objects, finished, bucket } = run();
    bucket.failures = 3;
    await clock.run(async () => {
      put('a');
      await clock.sleep(66_000);
      expect(finished).toEqual([]);
      await clock.sleep(2_000);
    });

    expect(objects).toEqual([{ key: 'records/0', atMs: 67_000, body: 'a' }]);
    expect(finished).toEqual(['r0']);
  });

  it('stays with its source where the bucket is still down at the end', async () => {
    const { stream, put, objects, finished, bucket } = run();
    bucket.failures = 1_000;
    put('a');
    await stream.close();

    expect([objects, finished]).toEqual([[], []]);
  });
});

describe('a transformation', () => {
  it('waits for its own buffer, then the records for that of the object', async () => {
    const { clock, put, objects, calls } = run(
      { processor },
      answering(({ data }) => ({ result: 'Ok', data })),
    );
    await clock.run(async () => {
      put('a');
      await clock.sleep(90_001);
    });

    expect(calls).toEqual([{ atMs: 30_000, count: 1 }]);
    expect(objects).toEqual([{ key: 'records/0', atMs: 90_000, body: 'a' }]);
  });

  it('is tried as often as it says, 1, 2, 4 s apart; then the records are errors', async () => {
    const { clock, put, objects, calls, finished } = run({ processor }, () => ({
      functionError: 'Unhandled',
      payload: '{"errorType":"Error"}',
    }));
    await clock.run(async () => {
      put('a');
      await clock.sleep(200_000);
    });

    expect(calls.map(({ atMs }) => atMs)).toEqual([30_000, 31_000, 33_000, 37_000]);
    expect(objects.map(({ key }) => key)).toEqual(['errors/0']);
    expect(JSON.parse(objects[0]?.body ?? '')).toEqual({
      attemptsMade: 4,
      arrivalTimestamp: 0,
      errorCode: 'Lambda.FunctionError',
      errorMessage: expect.any(String),
      attemptEndingTimestamp: 37_000,
      rawData: 'YQ==',
      lambdaArn: 'fn',
    });
    expect(finished).toEqual(['r0']);
  });

  it('finishes each record exactly once, as an object, an error or dropped, whatever it answers', async () => {
    const results = fc.constantFrom('Ok', 'Dropped', 'ProcessingFailed', 'gone', 'twice', undefined);
    await fc.assert(
      fc.asyncProperty(fc.array(results, { minLength: 1, maxLength: 30 }), async (wanted) => {
        const of = ({ data }: { data: string }) => wanted[Number(Buffer.from(data, 'base64').toString().split(' ')[0])];
        const { stream, put, objects, finished } = run(
          { processor, delimiter: '\n', bufferBytes: 40 },
          ({ records }) => ({
            payload: JSON.stringify({
              records: records.flatMap((record) => {
                const result = of(record);
                const answer = { recordId: record.recordId, result, data: record.data };
                if (result === 'gone') return [];
                return result === 'twice' ? [{ ...answer, result: 'Ok' }, answer] : [answer];
              }),
            }),
          }),
        );
        const texts = wanted.map((result, index) => `${index} ${result}`);
        put(...texts);
        await stream.close();
        const written = (prefix: string) =>
          objects.filter(({ key }) => key.startsWith(prefix)).flatMap(({ body }) => body.trimEnd().split('\n'));
        const failed = texts.filter((_, index) => !['Ok', 'Dropped'].includes(`${wanted[index]}`));

        expect(written('records/')).toEqual(texts.filter((_, index) => wanted[index] === 'Ok'));
        expect(written('errors/').map((line) => Buffer.from(JSON.parse(line).rawData, 'base64').toString())).toEqual(
          failed,
        );
        expect(finished.toSorted()).toEqual(texts.map((_, index) => `r${index}`).toSorted());
      }),
      { numRuns: 50 },
    );
  });
});
