import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { batchesOf } from '../../cost/batches.ts';

const reader = { function: 'f', batchSize: 100, windowSeconds: 30, eventTypes: undefined, ownReads: false };

describe('the batches of a shard', () => {
  it('are full where records come faster than the window', () => expect(batchesOf(reader, 50, 500)).toBe(0.5));

  it('come once a window where records come slower', () => expect(batchesOf(reader, 2, 500)).toBeCloseTo(1 / 30, 10));

  it('are as many as the records where those are rarer than windows', () =>
    expect(batchesOf(reader, 0.000_1, 500) / 0.000_1).toBeCloseTo(1, 2));

  it('without a window are what a read each second finds', () =>
    expect(batchesOf({ ...reader, windowSeconds: 0 }, 50, 500)).toBeCloseTo(1, 10));

  it('without a window, by enhanced fan-out, are small', () =>
    expect(batchesOf({ ...reader, windowSeconds: 0, ownReads: true }, 50, 500)).toBeCloseTo(13.85, 1));

  it('hold no more than 6 MB as Lambda sends them', () =>
    // 10,000 bytes are 13,336 in base64, 13,786 with their envelope: 456 of them fit.
    expect(batchesOf({ ...reader, batchSize: 10_000 }, 912, 10_000)).toBe(2));

  it('are never more than the records, and never larger than they may be', () =>
    fc.assert(
      fc.property(
        fc.double({ min: 0.001, max: 1_000, noNaN: true }),
        fc.integer({ min: 1, max: 10_000 }),
        fc.integer({ min: 0, max: 300 }),
        fc.boolean(),
        (rate, batchSize, windowSeconds, ownReads) => {
          const batches = batchesOf({ ...reader, batchSize, windowSeconds, ownReads }, rate, 400);
          expect(batches).toBeLessThanOrEqual(rate * 1.000_001);
          expect(rate / batches).toBeLessThanOrEqual(batchSize * 1.000_001);
        },
      ),
    ));
});
