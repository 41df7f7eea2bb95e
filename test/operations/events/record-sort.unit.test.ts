import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { ArchivedRecord } from '../../../lambda/stores/archived-record.ts';
import { RecordSort, type RecordSortOptions, readSorted } from '../../../operations/events/record-sort.ts';

const scratch = mkdtempSync(join(tmpdir(), 'record-sort-'));
afterAll(() => rmSync(scratch, { recursive: true }));
let folders = 0;

const record = (partitionKey: string, position: number | bigint, data = ''): ArchivedRecord => ({
  partitionKey,
  sequenceNumber: String(position),
  shardId: 'shardId-000000000000',
  arrivedAt: 1,
  data,
});

const sorted = (records: readonly ArchivedRecord[], options?: RecordSortOptions) => {
  const folder = join(scratch, String(folders++));
  const sort = new RecordSort(folder, options);
  for (const each of records) sort.add(each);
  const file = `${folder}.sorted`;
  const count = sort.finish(file);
  const all = [...readSorted(file)];
  expect(all).toHaveLength(count);
  return { all, file, folder };
};

const anyRecord = fc
  .record({
    key: fc.string({ maxLength: 3 }),
    position: fc.bigInt({ min: 0n, max: 10n ** 56n - 1n }),
    data: fc.base64String(),
  })
  .map(({ key, position, data }) => record(key, position, data));

describe('sorting records', () => {
  it('keeps each once, those of a key together and in the order of the stream, in whatever runs', () =>
    fc.assert(
      fc.property(
        fc.array(anyRecord),
        fc.nat({ max: 400 }),
        fc.integer({ min: 2, max: 4 }),
        (records, runLength, fanIn) => {
          const { all } = sorted([...records, ...records], { runLength, fanIn });
          const unique = new Map(records.map((each) => [`${each.partitionKey} ${each.sequenceNumber}`, each]));
          expect(all).toHaveLength(unique.size);
          for (const each of all) expect(unique.has(`${each.partitionKey} ${each.sequenceNumber}`)).toBe(true);
          const seen = new Set<string>();
          all.forEach((each, place) => {
            const before = all[place - 1];
            if (before?.partitionKey === each.partitionKey)
              expect(BigInt(before.sequenceNumber)).toBeLessThan(BigInt(each.sequenceNumber));
            else expect(seen).not.toContain(each.partitionKey);
            seen.add(each.partitionKey);
          });
        },
      ),
      { numRuns: 60 },
    ));

  it('compares positions as numbers, whatever their length', () => {
    const positions = ['9', '10', '99999999999999999999999999999999999999999999999999999999', '100'].map(BigInt);
    expect(sorted(positions.map((each) => record('k', each))).all.map((each) => each.sequenceNumber)).toEqual([
      '9',
      '10',
      '100',
      '99999999999999999999999999999999999999999999999999999999',
    ]);
  });

  it('keeps the data as it is, line ends and all', () => {
    const odd = record('ключ\n"\u2028', 7, Buffer.from('{"a":"\\n"}\n\n').toString('base64'));
    expect(sorted([odd]).all).toEqual([odd]);
  });

  it('leaves nothing but the result, which its owner alone may read', () => {
    const { file, folder } = sorted([record('a', 1), record('b', 2)], { runLength: 1, fanIn: 2 });
    expect(existsSync(folder)).toBe(false);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('does without what an earlier run left behind', () => {
    const folder = join(scratch, String(folders++));
    new RecordSort(folder, { runLength: 1 }).add(record('old', 1));
    expect(readdirSync(folder)).toHaveLength(1);
    const sort = new RecordSort(folder);
    expect(sort.finish(`${folder}.sorted`)).toBe(0);
  });

  it('needs no memory for all of them: 100 MB of records, a heap of 40', () => {
    const module = join(import.meta.dirname, '../../../operations/events/record-sort.ts');
    const script = `
      const { RecordSort, readSorted } = await import(${JSON.stringify(module)});
      const sort = new RecordSort(${JSON.stringify(join(scratch, 'runs'))}, { runLength: 8_000_000 });
      const data = Buffer.alloc(700).toString('base64');
      for (let n = 0; n < 100_000; n++)
        sort.add({ partitionKey: 'k' + (n % 1_000), sequenceNumber: String(n), shardId: 's', arrivedAt: n, data: n + data });
      const file = ${JSON.stringify(join(scratch, 'sorted'))};
      sort.finish(file);
      let records = 0;
      for (const _ of readSorted(file)) records++;
      console.log(records);`;
    const args = ['--max-old-space-size=40', '--input-type=module', '--eval', script];
    expect(execFileSync(process.execPath, args, { encoding: 'utf8' }).trim()).toBe('100000');
    expect(statSync(join(scratch, 'sorted')).size).toBeGreaterThan(100_000_000);
  });
});
