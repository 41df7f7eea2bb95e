import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BatchQueue } from '../../../local/event-source-mapping/batch-queue.ts';

const queue = (batchSize: number, maximumBytes: number, together?: (first: number, other: number) => boolean) =>
  new BatchQueue<number>({
    batchSize,
    maximumBytes,
    envelopeBytes: 10,
    bytesOf: (record) => record,
    ...(together && { together }),
  });

describe('a queue of records', () => {
  it('is full at the batch size', () => {
    const records = queue(2, 1_000);
    records.push(1);
    expect(records.full).toBe(false);
    records.push(2);
    expect(records.full).toBe(true);
    records.push(3);
    expect([...records.take()]).toEqual([1, 2]);
    expect([...records.take()]).toEqual([3]);
  });

  it('is full as soon as the next record would outgrow the payload', () => {
    const records = queue(100, 100);
    for (const record of [50, 40, 1]) records.push(record);

    expect(records.full).toBe(true);
    expect([...records.take()]).toEqual([50, 40]);
  });

  it('gives out a record that is too large on its own, alone', () => {
    const records = queue(100, 100);
    for (const record of [500, 1]) records.push(record);

    expect([...records.take()]).toEqual([500]);
  });

  it('never mixes records that may not travel together', () => {
    const records = queue(100, 1_000, (first, other) => Math.floor(first / 10) === Math.floor(other / 10));
    for (const record of [1, 5, 12, 13]) records.push(record);

    expect(records.full).toBe(true);
    expect([...records.take()]).toEqual([1, 5]);
    expect([...records.take()]).toEqual([12, 13]);
  });

  it('gives every record out once, in order, in batches within both limits', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 120 }), { maxLength: 60 }),
        fc.integer({ min: 1, max: 10 }),
        fc.array(fc.boolean(), { maxLength: 60 }),
        (records, batchSize, takes) => {
          const waiting = queue(batchSize, 110);
          const batches: (readonly number[])[] = [];
          records.forEach((record, index) => {
            waiting.push(record);
            if (takes[index]) batches.push(waiting.take());
          });
          while (waiting.length > 0) batches.push(waiting.take());

          expect(batches.flat()).toEqual(records);
          expect(waiting.byteLength).toBe(0);
          for (const batch of batches) {
            expect(batch.length).toBeLessThanOrEqual(batchSize);
            if (batch.length > 1) expect(batch.reduce((sum, record) => sum + record, 10)).toBeLessThanOrEqual(110);
          }
        },
      ),
    );
  });
});
