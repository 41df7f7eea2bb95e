import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { eventually } from '../../support/eventually.ts';
import { type Probe, runProbes } from '../../support/probe.ts';

const filtering = (...patterns: object[]) => ({
  FilterCriteria: { Filters: patterns.map((pattern) => ({ Pattern: JSON.stringify(pattern) })) },
});
const json = (value: unknown) => JSON.stringify(value);

const probes = runProbes({
  byType: { mapping: { ...filtering({ data: { type: ['a'] } }), BatchSize: 3 } },
  either: { mapping: filtering({ data: { type: ['a'] } }, { data: { type: ['b'] } }) },
  both: { mapping: filtering({ data: { type: ['a'], city: ['x'] } }) },
  none: { mapping: filtering({ data: { type: ['never'] } }), onFailure: 's3' },
  operators: {
    mapping: filtering({
      data: {
        $or: [
          { n: [{ numeric: ['>', 5] }] },
          { s: [{ prefix: 'ab' }, { suffix: 'yz' }] },
          { gone: [{ exists: false }], must: [1] },
        ],
      },
    }),
  },
  words: {
    mapping: filtering({ data: { s: [{ 'anything-but': ['x'] }, { 'equals-ignore-case': 'X' }], m: [null, ''] } }),
  },
  numbers: { mapping: filtering({ data: { n: [300] } }) },
  poison: {
    handler: () => {
      throw new Error('poison');
    },
    mapping: { ...filtering({ data: { type: ['a'] } }), MaximumRetryAttempts: 0 },
    onFailure: 's3',
  },
  empty: { mapping: { FilterCriteria: { Filters: [] } } },
  lastKey: { mapping: { FilterCriteria: { Filters: [{ Pattern: '{"data":{"type":["a"]},"data":{"type":["b"]}}' }] } } },
} satisfies Record<string, Probe>);

describe('filter criteria', () => {
  it('§13.10 drop what is not JSON and what does not match; the batch size counts matches only', async () => {
    const a = (n: number) => json({ type: 'a', n });
    await probes.put('byType', [
      'text',
      a(1),
      json({ type: 'b' }),
      a(2),
      json({ n: 1 }),
      '"a"',
      a(3),
      a(4),
      '{broken',
      a(5),
    ]);
    await probes.called('byType', 2);

    expect(probes.batches('byType')).toEqual([
      [a(1), a(2), a(3)],
      [a(4), a(5)],
    ]);
  });

  it('§2 deliver the bytes of a matching record as they were put', async () => {
    const spaced = '{ "n":1.0,\n "type" : "a", "n":1e2, "ключ":"\\u00e9" }';
    const calls = probes.calls('byType').length;
    await probes.put('byType', [spaced]);
    const [call] = (await probes.called('byType', calls + 1)).slice(calls);

    expect(call?.event.Records[0]?.kinesis.data).toBe(Buffer.from(spaced).toString('base64'));
  });

  it('§2 move the checkpoint past what they drop', async () => {
    const calls = probes.calls('byType').length;
    const last = (await probes.put('byType', ['x', 'y', 'z'])).at(-1);
    await eventually(() => expect(probes.checkpoint('byType')).toEqual({ after: last }));

    expect(probes.calls('byType')).toHaveLength(calls);
  });

  it('§2 are alternatives of each other', async () => {
    await probes.put('either', [json({ type: 'c' }), json({ type: 'b' }), json({ type: 'a' })]);
    await probes.called('either', 1);

    expect(probes.batches('either')).toEqual([[json({ type: 'b' }), json({ type: 'a' })]]);
  });

  it('§2 want every named field of one pattern, and ignore the others', async () => {
    const matching = json({ city: 'x', type: 'a', more: 1 });
    await probes.put('both', [json({ type: 'a' }), json({ city: 'x' }), matching]);
    await probes.called('both', 1);

    expect(probes.batches('both')).toEqual([[matching]]);
  });

  it('§2 invoke nothing and set nothing aside where nothing matches', async () => {
    const last = (await probes.put('none', [json({ type: 'a' }), 'text'])).at(-1);
    await eventually(() => expect(probes.checkpoint('none')).toEqual({ after: last }));
    await sleep(50);

    expect(probes.calls('none')).toEqual([]);
    await expect(probes.setAside('none', 0)).resolves.toEqual([]);
  });

  it('§2.1 know numeric, prefix, suffix, exists and $or', async () => {
    const matching = [json({ n: 6 }), json({ s: 'abc' }), json({ s: 'xyz' }), json({ must: 1 })];
    await probes.put('operators', [json({ n: 5 }), json({ n: '6' }), ...matching, json({ gone: 1, must: 1 })]);
    await probes.called('operators', 1);

    expect(probes.batches('operators')).toEqual([matching]);
  });

  it('§2.1 know anything-but, equals-ignore-case, null and the empty string', async () => {
    const matching = [json({ s: 'y', m: null }), json({ s: 'X', m: '' }), json({ s: null, m: null })];
    await probes.put('words', [json({ s: 'x', m: 'm' }), ...matching, json({ s: 'y' }), json({ m: null })]);
    await probes.called('words', 1);

    expect(probes.batches('words')).toEqual([matching]);
  });

  it('§2 compare numbers by value', async () => {
    await probes.put('numbers', ['{"n":300.0}', '{"n":3e2}', '{"n":"300"}', '{"n":301}']);
    await probes.called('numbers', 1);

    expect(probes.batches('numbers')).toEqual([['{"n":300.0}', '{"n":3e2}']]);
  });

  it('§2 keep dropped records out of the on-failure destination', async () => {
    const matching = json({ type: 'a' });
    await probes.put('poison', ['text', matching, json({ type: 'b' })]);
    const [record] = await probes.setAside('poison', 1);

    expect(record?.KinesisBatchInfo.batchSize).toBe(1);
    expect(probes.batches('poison')).toEqual([[matching]]);
  });

  it('§2 pass every record, JSON or not, where there are none', async () => {
    await probes.put('empty', ['text', json({ type: 'a' })]);
    await probes.called('empty', 1);

    expect(probes.batches('empty')).toEqual([['text', json({ type: 'a' })]]);
  });

  it('§2 go by the last of duplicate keys', async () => {
    await probes.put('lastKey', [json({ type: 'a' }), json({ type: 'b' })]);
    await probes.called('lastKey', 1);

    expect(probes.batches('lastKey')).toEqual([[json({ type: 'b' })]]);
  });
});
