import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { formatRevenueLine } from '../../../lambda/format-revenue-line/format-revenue-line.ts';

beforeEach(() => void jest.spyOn(console, 'error').mockImplementation(() => {}));
afterEach(() => void jest.restoreAllMocks());

const transform = async (...lines: (string | Uint8Array)[]) => {
  const { records } = await formatRevenueLine()({
    invocationId: 'i',
    deliveryStreamArn: 'arn:aws:firehose:us-east-1:000000000000:deliverystream/revenue',
    region: 'us-east-1',
    records: lines.map((line, n) => ({
      recordId: `record-${n}`,
      approximateArrivalTimestamp: 0,
      data: Buffer.from(line as string).toString('base64'),
    })),
  });
  return records.map(({ recordId, result, data }) => [recordId, result, Buffer.from(data ?? '', 'base64')] as const);
};

describe('format-revenue-line', () => {
  it('ends each line with a line break and leaves it as it is otherwise', async () => {
    const line = '{"store_id":"store_1","revenue":8671.31,"large":12345678901234567890,"text":"é\\n"}';
    expect(await transform(line, '{}')).toEqual([
      ['record-0', 'Ok', Buffer.from(`${line}\n`)],
      ['record-1', 'Ok', Buffer.from('{}\n')],
    ]);
  });

  it('puts an object that came on several lines on one', async () => {
    const [[, , data] = []] = await transform(' {\r\n "a": 1,\n\n "b": [\n2]}\n');
    expect(data?.toString()).toBe('{  "a": 1,  "b": [ 2]}\n');
  });

  it.each<[string, string | Uint8Array]>([
    ['no JSON', 'garbage'],
    ['nothing', ''],
    ['a list', '[1]'],
    ['a number', '1'],
    ['null', 'null'],
    ['two objects', '{}{}'],
    ['bytes that are no text', Buffer.from([0x7b, 0xff, 0x7d])],
  ])('fails a record that is %s, keeps it as it came, and costs its neighbours nothing', async (_name, data) => {
    const results = await transform('{"a":1}', data, '{"b":2}');
    expect(results.map(([, result]) => result)).toEqual(['Ok', 'ProcessingFailed', 'Ok']);
    expect(results[1]?.[2]).toEqual(Buffer.from(data as string));
    expect(console.error).toHaveBeenCalledWith({ message: 'lines not understood', recordIds: ['record-1'] });
  });
});
