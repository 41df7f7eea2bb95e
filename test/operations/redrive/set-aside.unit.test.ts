import { describe, expect, it } from '@jest/globals';
import { applyEdit, editableText } from '../../../operations/redrive/edit.ts';
import { idsOf } from '../../../operations/redrive/on-failure-bucket.ts';
import { isOfWindow, readSetAside, Unreadable } from '../../../operations/redrive/set-aside.ts';
import { invocationRecord, kinesisRecord } from './invocation-record.ts';

const read = (body: unknown, marks: Partial<Parameters<typeof readSetAside>[3]> = {}) =>
  readSetAside('3f2a91bc', 'aws/lambda/m/s/x', typeof body === 'string' ? body : JSON.stringify(body), {
    done: [],
    ...marks,
  });
const event = (...Records: object[]) => ({ Records });

describe('what is set aside', () => {
  it('is read with its payload as a string or as an object', () => {
    const payload = event(kinesisRecord(1, 'a/v', { type: 'OrderPlaced', subject: 'a/v' }));
    const expected = {
      functionName: 'project',
      cause: 'RetryAttemptsExhausted after 6 tries',
      atMs: Date.UTC(2026, 10, 22, 10, 15),
      edited: false,
      records: [{ sequenceNumber: '1', key: 'a/v', what: 'OrderPlaced of a/v', done: false }],
    };
    expect(read(invocationRecord(JSON.stringify(payload)))).toMatchObject(expected);
    expect(read(invocationRecord(payload))).toMatchObject(expected);
  });

  it('of a DynamoDB stream keeps one order for all', () => {
    const records = ['7', '8'].map((SequenceNumber) => ({
      eventName: 'INSERT',
      dynamodb: { SequenceNumber, Keys: { id: { S: `t${SequenceNumber}` }, version: { N: '3' } } },
    }));
    expect(read(invocationRecord(event(...records))).records).toMatchObject([
      { sequenceNumber: '7', key: '', what: 'INSERT of t7/3' },
      { sequenceNumber: '8', key: '', what: 'INSERT of t8/3' },
    ]);
  });

  it('knows what is done, what was edited, and what was of a window', () => {
    const payload = event(kinesisRecord(1, 'a', {}), kinesisRecord(2, 'a', {}));
    expect(read(invocationRecord(payload), { done: ['1'] }).records.map(({ done }) => done)).toEqual([true, false]);
    const edited = JSON.stringify(event(kinesisRecord(1, 'a', { type: 'Changed' })));
    expect(read(invocationRecord(payload), { edited })).toMatchObject({
      edited: true,
      records: [{ what: 'Changed of a' }],
    });
    expect(isOfWindow(read(invocationRecord({ ...payload, window: {} })))).toBe(true);
  });

  it.each([
    ['not JSON', 'the object is no JSON object'],
    ['[]', 'the object is no JSON object'],
    [{}, 'it names no function'],
    [invocationRecord(undefined), 'it has no payload'],
    [invocationRecord('{'), 'the payload is no JSON object'],
    [invocationRecord({ Records: [] }), 'its payload has no records'],
    [invocationRecord({ Records: [{}] }), 'of neither Kinesis nor DynamoDB'],
    [invocationRecord({ Records: [{ kinesis: { sequenceNumber: 'x' } }] }), 'of neither Kinesis nor DynamoDB'],
  ])('is told apart from %j', (body, reason) => {
    expect(() => read(body)).toThrow(Unreadable);
    expect(() => read(body)).toThrow(reason);
  });

  it('has an id as long as it takes to tell all apart', () => {
    const key = (uuid: string) => `aws/lambda/m/s/2026/11/22/2026-11-22T10.15.00-${uuid}`;
    const uuids = ['11111111-1111-4000-8000-000000000001', '22222222-1111-4000-8000-000000000001'];
    expect([...idsOf(uuids.map(key)).values()]).toEqual(['11111111', '22222222']);
    const close = [...uuids, '11111111-1112-4000-8000-000000000001'];
    expect([...idsOf(close.map(key)).values()]).toEqual(['11111111-1111', '22222222-1111', '11111111-1112']);
  });
});

describe('an edit', () => {
  const bytes = Buffer.from([0xff, 0x00]).toString('base64');
  const setAside = read(
    invocationRecord(
      event(
        kinesisRecord(1, 'a', { n: 1 }),
        { ...kinesisRecord(2, 'a', {}), kinesis: { partitionKey: 'a', sequenceNumber: '2', data: bytes } },
        {
          eventName: 'INSERT',
          dynamodb: { SequenceNumber: '3', Keys: { id: { S: 'x' } }, NewImage: { id: { S: 'x' } } },
        },
      ),
    ),
  );
  const text = editableText(setAside);
  const given = (): Record<string, unknown>[] => JSON.parse(text);
  const apply = (change: (records: Record<string, unknown>[]) => unknown) => {
    const records = given();
    return applyEdit(setAside, JSON.stringify(change(records) ?? records));
  };

  it('shows data as JSON, other bytes in base64, a change as it is', () =>
    expect(given()).toEqual([
      { sequenceNumber: '1', partitionKey: 'a', data: { n: 1 } },
      { sequenceNumber: '2', partitionKey: 'a', base64: bytes },
      {
        sequenceNumber: '3',
        dynamodb: { SequenceNumber: '3', Keys: { id: { S: 'x' } }, NewImage: { id: { S: 'x' } } },
      },
    ]));

  it('changes what was changed, and leaves the rest as it is', () => {
    const { Records } = apply((records) => {
      records[0] = { ...records[0], data: { n: 2 } };
    }) as { Records: { kinesis: { data: string } }[] };
    expect(Buffer.from(Records[0]?.kinesis.data ?? '', 'base64').toString()).toBe('{"n":2}');
    expect(Records.slice(1)).toEqual(setAside.records.slice(1).map(({ raw }) => raw));
  });

  it('takes JSON in the place of bytes, and changes of an image', () => {
    const { Records } = apply((records) => {
      records[1] = { sequenceNumber: '2', partitionKey: 'a', data: 'text' };
      records[2] = { sequenceNumber: '3', dynamodb: { NewImage: { id: { S: 'y' } } } };
    }) as { Records: [unknown, { kinesis: { data: string } }, { dynamodb: object }] };
    expect(Records[1].kinesis.data).toBe(Buffer.from('"text"').toString('base64'));
    expect(Records[2].dynamodb).toEqual({ NewImage: { id: { S: 'y' } }, SequenceNumber: '3' });
  });

  it.each<[string, (records: Record<string, unknown>[]) => unknown, string]>([
    ['nothing changed', () => undefined, 'Nothing was changed'],
    ['a record left out', (records) => records.slice(1), 'An array of 3 is needed'],
    ['an object', () => ({}), 'An array of 3 is needed'],
    [
      'another key',
      ([first, ...rest]) => [{ ...first, partitionKey: 'b' }, ...rest],
      '[0]: sequenceNumber and partitionKey stay',
    ],
    ['another position', ([first, ...rest]) => [{ ...first, sequenceNumber: '9' }, ...rest], '[0]: sequenceNumber and'],
    ['something beside', ([first, ...rest]) => [{ ...first, note: 1 }, ...rest], '[0]: sequenceNumber and'],
    ['no data', ([{ data: _, ...first } = {}, ...rest]) => [first, ...rest], '[0]: either data or base64'],
    ['data twice', ([first, ...rest]) => [{ ...first, base64: '' }, ...rest], '[0]: either data or base64'],
    ['no record', ([, ...rest]) => [null, ...rest], '[0]: an object is needed'],
    [
      'no change',
      ([one, two]) => [one, two, { sequenceNumber: '3', dynamodb: 7 }],
      '[2].dynamodb: an object is needed',
    ],
  ])('is refused with %s', (_, change, sentence) => expect(() => apply(change)).toThrow(sentence));

  it('is refused where a record was redriven already, since that was done as it was', () => {
    const partly = { ...setAside, records: setAside.records.map((each, index) => ({ ...each, done: index === 0 })) };
    const [first, second, third] = given();
    const edit = (...records: unknown[]) => applyEdit(partly, JSON.stringify(records));
    expect(() => edit({ ...first, data: {} }, second, third)).toThrow('[0]: it is redriven already');
    expect(edit(first, { ...second, base64: '' }, third)).toMatchObject({ Records: { length: 3 } });
  });

  it('is refused where it is no JSON', () => expect(() => applyEdit(setAside, '[')).toThrow('That is no JSON'));
});
