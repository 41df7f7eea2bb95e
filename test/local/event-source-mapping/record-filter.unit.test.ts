import { describe, expect, it } from '@jest/globals';
import { compileFilters, parseData } from '../../../local/event-source-mapping/record-filter.ts';

const passes = (patterns: readonly object[], data: string | Uint8Array): boolean =>
  compileFilters(patterns.map((pattern) => JSON.stringify(pattern)))?.(() => parseData(Buffer.from(data))) ?? true;

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
    expect(() => compileFilters(['{"data":{"a":[1]}}', pattern])).toThrow(sentence);
    expect(() => compileFilters(['{"data":{"a":[1]}}', pattern])).toThrow('Filters[1].Pattern');
  });

  it('are at most ten', () => {
    expect(() => compileFilters(Array(11).fill('{"data":{"a":[1]}}'))).toThrow('at most 10');
  });
});
