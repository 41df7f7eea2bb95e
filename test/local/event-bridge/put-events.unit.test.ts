import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { type RefusedEntry, readPutEvents, type TakenEntry } from '../../../local/event-bridge/put-events.ts';

const taking = {
  region: 'us-east-1',
  accountId: '000000000000',
  nowMs: Date.parse('2026-11-22T10:15:31.987Z'),
  newId: () => 'id-1',
};
const read = (...entries: unknown[]) => readPutEvents({ Entries: entries }, taking);
const valid = { Source: 'stores', DetailType: 'sale', Detail: '{"n":1}' };
const taken = (result: TakenEntry | RefusedEntry | undefined): TakenEntry => {
  if (!result || !('envelope' in result)) throw new Error('refused');
  return result;
};

describe('an entry', () => {
  it('goes into the envelope in its order, its time in whole seconds', () => {
    const { text, bus, takenAtMs } = taken(read(valid)[0]);

    expect(text).toBe(
      '{"version":"0","id":"id-1","detail-type":"sale","source":"stores","account":"000000000000","time":"2026-11-22T10:15:31Z","region":"us-east-1","resources":[],"detail":{"n":1}}',
    );
    expect([bus, takenAtMs]).toEqual(['default', taking.nowMs]);
  });

  it('keeps the time, the resources and the bus that it gives', () => {
    const entry = { ...valid, Time: 1_600_000_000.9, Resources: ['a', 'b'], EventBusName: 'stores' };
    const { envelope, bus } = taken(read(entry)[0]);

    expect(envelope).toMatchObject({ time: '2020-09-13T12:26:40Z', resources: ['a', 'b'] });
    expect(bus).toBe('stores');
  });

  it('keeps its detail byte for byte, whatever numbers it holds', () => {
    const Detail = '{"sales":59109.60,"id":12345678901234567890,"s":"\\u00e9" }';

    expect(taken(read({ ...valid, Detail: ` ${Detail}\n` })[0]).text).toContain(`"detail":${Detail}}`);
  });

  it('always makes an envelope that says what it parsed', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.string({ minLength: 1 }), (detail, source) => {
        fc.pre(!source.startsWith('aws.') && !Object.hasOwn(detail, '__proto__'));
        const { text, envelope } = taken(read({ ...valid, Source: source, Detail: JSON.stringify(detail) })[0]);
        expect(JSON.parse(text)).toEqual(envelope);
      }),
    );
  });

  it.each<[string, object, string, string]>([
    [
      'no source',
      { Source: undefined },
      'InvalidArgument',
      'Parameter Source is not valid. Reason: Source is a required argument.',
    ],
    [
      'an empty source',
      { Source: '' },
      'InvalidArgument',
      'Parameter Source is not valid. Reason: Source is a required argument.',
    ],
    [
      'no detail type',
      { DetailType: null },
      'InvalidArgument',
      'Parameter DetailType is not valid. Reason: DetailType is a required argument.',
    ],
    [
      'no detail',
      { Detail: undefined },
      'InvalidArgument',
      'Parameter Detail is not valid. Reason: Detail is a required argument.',
    ],
    ['a detail that is no JSON', { Detail: '{' }, 'MalformedDetail', 'Detail is malformed.'],
    ['a string for its detail', { Detail: '"text"' }, 'MalformedDetail', 'Detail is malformed.'],
    ['a list for its detail', { Detail: '[]' }, 'MalformedDetail', 'Detail is malformed.'],
    ['null for its detail', { Detail: 'null' }, 'MalformedDetail', 'Detail is malformed.'],
    ['a source of AWS', { Source: 'aws.ec2' }, 'NotAuthorizedForSourceException', 'Not authorized for the source.'],
    [
      'a long detail type',
      { DetailType: 'x'.repeat(129) },
      'InvalidArgument',
      'Parameter DetailType is not valid. Reason: It has more than 128 characters.',
    ],
  ])('with %s is refused alone', (_, change, ErrorCode, ErrorMessage) => {
    const [first, second] = read({ ...valid, ...change }, valid);

    expect(first).toEqual({ ErrorCode, ErrorMessage });
    expect(taken(second).envelope.detail).toEqual({ n: 1 });
  });
});

describe('a request', () => {
  const refusal = (input: Record<string, unknown>): string => {
    try {
      readPutEvents(input, taking);
    } catch (error) {
      return `${(error as Error).name}: ${(error as Error).message}`;
    }
    return 'taken';
  };

  it.each<[string, Record<string, unknown>, string]>([
    ['without entries', {}, 'ValidationException: 1 validation error detected: Value null at'],
    ['of no entries', { Entries: [] }, 'ValidationException: 1 validation error detected'],
    ['of eleven entries', { Entries: Array(11).fill(valid) }, 'ValidationException: 1 validation error detected'],
    ['to a global endpoint', { Entries: [valid], EndpointId: 'x' }, 'ValidationException: EndpointId'],
    ['of something else', { Entries: 'x' }, 'SerializationException: Entries is not a list.'],
    [
      'with an entry that is no object',
      { Entries: [valid, 1] },
      'SerializationException: Entries[1] is not an object.',
    ],
    [
      'with a number for the detail',
      { Entries: [{ ...valid, Detail: 1 }] },
      'SerializationException: Entries[0].Detail is not a string.',
    ],
    ['with a text for the time', { Entries: [{ ...valid, Time: 'now' }] }, 'SerializationException: Entries[0].Time'],
    [
      'with a time no calendar has',
      { Entries: [{ ...valid, Time: 1e300 }] },
      'SerializationException: Entries[0].Time',
    ],
    [
      'with a text for the resources',
      { Entries: [{ ...valid, Resources: 'r' }] },
      'SerializationException: Entries[0].Resources',
    ],
  ])('%s is refused whole', (_, input, start) => {
    expect(refusal(input).slice(0, start.length)).toBe(start);
  });

  it('is refused above 1 MiB of entries, counted in bytes', () => {
    const bytes = (count: number) => ({ ...valid, Detail: `{"a":"${'é'.repeat(count)}"}` });
    const over = 'ValidationException: Total size of the entries in the request is over the limit.';

    expect(refusal({ Entries: [bytes(262_000), bytes(262_000)] })).toBe('taken');
    expect(refusal({ Entries: [bytes(262_144), bytes(262_144)] })).toBe(over);
  });
});
