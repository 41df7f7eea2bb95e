import { describe, expect, it } from '@jest/globals';
import { compileFilters, seenOfData } from '../../../local/event-source-mapping/record-filter.ts';

const passes = (patterns: readonly object[], data: string | Uint8Array): boolean =>
  compileFilters(
    patterns.map((pattern) => JSON.stringify(pattern)),
    'kinesis',
  )?.(() => seenOfData(Buffer.from(data))) ?? true;

describe('the filters of a mapping', () => {
  it('pass what any of them matches', () => {
    const patterns = [{ data: { type: ['a'] } }, { data: { type: ['b'] } }];

    expect(passes(patterns, '{"type":"b"}')).toBe(true);
    expect(passes(patterns, '{"type":"c"}')).toBe(false);
  });

  it.each(['not JSON', '', '"text"', '7', 'null', '[]', Uint8Array.of(0xff)])('drop %p', (data) => {
    expect(passes([{ data: { type: ['a'] } }], data)).toBe(false);
  });

  it('pass everything, unparsed, where there are none', () => {
    expect(compileFilters([])).toBeUndefined();
  });

  it.each<[string, string]>([
    ['{"data":{"type":"a"}}', '"type" must be an object or an array'],
    ['{"data":["text"]}', 'A pattern on data must be a JSON object.'],
    ['{"partitionKey":["a"]}', 'filter on data only, not on partitionKey'],
    ['{"$or":[{"data":{"a":[1]}},{"eventName":["x"]}]}', 'filter on data only, not on eventName'],
    ['plain text', 'Invalid filter pattern definition.'],
    [`{"data":{"a":["${'x'.repeat(4_100)}"]}}`, 'more than 4096 characters'],
  ])('refuse %.60s', (pattern, sentence) => {
    expect(() => compileFilters(['{"data":{"a":[1]}}', pattern], 'kinesis')).toThrow(sentence);
    expect(() => compileFilters(['{"data":{"a":[1]}}', pattern], 'kinesis')).toThrow('Filters[1].Pattern');
  });

  it.each<[string, object, boolean]>([
    ['the kind of change', { eventName: ['INSERT', 'REMOVE'] }, true],
    ['another kind of change', { eventName: ['MODIFY'] }, false],
    ['a key', { dynamodb: { Keys: { id: { S: [{ prefix: 'a' }] } } } }, true],
    ['an attribute of an image', { dynamodb: { NewImage: { n: { N: ['7'] } } } }, true],
    ['a number, which is text here', { dynamodb: { NewImage: { n: { N: [{ numeric: ['=', 7] }] } } } }, false],
    ['an attribute that is not there', { dynamodb: { NewImage: { ttl: { N: [{ exists: false }] } } } }, true],
    ['one of two', { $or: [{ eventName: ['MODIFY'] }, { 'dynamodb.NewImage.n.N': ['7'] }] }, true],
    ['the source', { eventSource: ['aws:dynamodb'] }, true],
  ])('§2 see all of a DynamoDB record: %s', (_, pattern, expected) => {
    const record = {
      eventName: 'INSERT',
      eventSource: 'aws:dynamodb',
      dynamodb: { Keys: { id: { S: 'a1' } }, NewImage: { id: { S: 'a1' }, n: { N: '7' } } },
    };

    expect(compileFilters([JSON.stringify(pattern)], 'dynamodb')?.(() => record)).toBe(expected);
  });

  it.each<[string, string]>([
    ['{"data":{"type":["a"]}}', 'DynamoDB event source mappings filter on dynamodb, eventName'],
    ['{"dynamodb":["text"]}', 'A pattern on dynamodb must be a JSON object.'],
  ])('of a DynamoDB mapping refuse %s', (pattern, sentence) => {
    expect(() => compileFilters([pattern], 'dynamodb')).toThrow(sentence);
  });

  it('are at most ten', () => {
    expect(() => compileFilters(Array(11).fill('{"data":{"a":[1]}}'))).toThrow('at most 10');
  });
});
