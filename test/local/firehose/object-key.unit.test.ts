import { describe, expect, it } from '@jest/globals';
import { compileTimePattern, InvalidTimePattern } from '../../../local/firehose/java-time-format.ts';
import { compileKeys, InvalidPrefix, type KeySettings } from '../../../local/firehose/object-key.ts';

const atMs = Date.parse('2026-03-05T07:08:09.012Z');

describe('a time pattern', () => {
  it.each<[string, string]>([
    ['yyyy/MM/dd/HH', '2026/03/05/07'],
    ['y-M-d', '2026-3-5'],
    ['yy uuuu', '26 2026'],
    ['HH:mm:ss.SSS', '07:08:09.012'],
    ['H m s S', '7 8 9 0'],
    ['SSSSSS', '012000'],
    ['hh a', '07 AM'],
    ['k K', '7 7'],
    ['MMM MMMM', 'Mar March'],
    ['EEE EEEE', 'Thu Thursday'],
    ['D DDD', '64 064'],
    ["'year='yyyy", 'year=2026'],
    ["yyyy''MM", "2026'03"],
    ["'it''s' HH", "it's 07"],
    ["yyyy-MM-dd'T'HHX", '2026-03-05T07Z'],
    ['Z xxx', '+0000 +00:00'],
    ['', ''],
  ])('%s', (pattern, expected) => expect(compileTimePattern(pattern)(atMs)).toBe(expected));

  it.each<[string, number, string]>([
    ['Australia/Sydney', atMs, '2026-03-05 18:08 +11:00'],
    ['Asia/Kolkata', atMs, '2026-03-05 12:38 +05:30'],
    ['America/New_York', Date.parse('2026-01-01T04:59:59.999Z'), '2025-12-31 23:59 -05:00'],
    ['UTC', Date.parse('1969-12-31T23:59:59.500Z'), '1969-12-31 23:59 Z'],
  ])('in %s', (zone, ms, expected) => {
    expect(compileTimePattern('yyyy-MM-dd HH:mm XXX', zone)(ms)).toBe(expected);
  });

  it.each(['yyyy-ww', "yyyy'", 'n'])('%s is refused', (pattern) => {
    expect(() => compileTimePattern(pattern)).toThrow(InvalidTimePattern);
  });
});

const keys = (settings: Partial<KeySettings>) =>
  compileKeys({ streamName: 's', prefix: '', errorOutputPrefix: '', extension: '', timeZone: 'UTC', ...settings });
const name = /s-1-2026-03-05-07-08-09-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/.source;

describe('the key of an object', () => {
  it.each<[string, Partial<KeySettings>, string, string]>([
    ['nothing is said', {}, '2026/03/05/07/', 'processing-failed/2026/03/05/07/'],
    ['a prefix is plain', { prefix: 'a/' }, 'a/2026/03/05/07/', 'a/processing-failed/2026/03/05/07/'],
    ['a prefix has no slash', { prefix: 'a' }, 'a2026/03/05/07/', 'aprocessing-failed/2026/03/05/07/'],
    [
      'both are plain',
      { prefix: 'a/', errorOutputPrefix: 'e/' },
      'a/2026/03/05/07/',
      'e/processing-failed/2026/03/05/07/',
    ],
    [
      'both have expressions',
      { prefix: 'a/!{timestamp:yyyy}/x', errorOutputPrefix: 'e/!{firehose:error-output-type}/!{timestamp:dd}/' },
      'a/2026/x',
      'e/processing-failed/05/',
    ],
    [
      'only the errors have',
      { errorOutputPrefix: 'e/!{firehose:error-output-type}/' },
      '2026/03/05/07/',
      'e/processing-failed/',
    ],
  ])('where %s', (_, settings, records, errors) => {
    expect(keys(settings).records(atMs)).toMatch(new RegExp(`^${records}${name}$`));
    expect(keys(settings).errors(atMs)).toMatch(new RegExp(`^${errors}${name}$`));
  });

  it('ends with the extension, and goes by the time zone', () => {
    const { records } = keys({ extension: '.json', timeZone: 'Australia/Sydney' });

    expect(records(atMs)).toMatch(/^2026\/03\/05\/18\/s-1-2026-03-05-18-08-09-.*\.json$/);
  });

  it('has another random string for each object', () => {
    const { records } = keys({
      prefix: '!{firehose:random-string}/',
      errorOutputPrefix: 'e/!{firehose:error-output-type}/',
    });
    const strings = Array.from({ length: 200 }, () => records(atMs).split('/')[0]);

    for (const each of strings) expect(each).toMatch(/^[A-Za-z0-9]{11}$/);
    expect(new Set(strings).size).toBe(200);
  });

  it.each<[string, Partial<KeySettings>]>([
    ['expressions without an error prefix', { prefix: '!{timestamp:yyyy}/' }],
    ['an error prefix without its type', { errorOutputPrefix: '!{timestamp:yyyy}/' }],
    [
      'the type in the prefix of the records',
      { prefix: '!{firehose:error-output-type}/', errorOutputPrefix: 'e/!{firehose:error-output-type}/' },
    ],
    [
      'dynamic partitioning',
      { prefix: '!{partitionKeyFromQuery:a}/', errorOutputPrefix: 'e/!{firehose:error-output-type}/' },
    ],
    ['an unknown namespace', { prefix: '!{other:a}/', errorOutputPrefix: 'e/!{firehose:error-output-type}/' }],
  ])('is refused with %s', (_, settings) => {
    expect(() => keys(settings)).toThrow(InvalidPrefix);
  });

  it('is refused with a time zone that is none', () => {
    expect(() => keys({ timeZone: 'Mars/Olympus' })).toThrow(RangeError);
  });
});
