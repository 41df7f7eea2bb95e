import { describe, expect, it } from '@jest/globals';
import { cpuSeconds, readTicks } from '../../bench/cpu.ts';

describe('the processor time of a process', () => {
  it('is its own and that of its ended children, whatever its name is', () => {
    const stat = `7 (a (b) c) S 1 7 7 0 -1 4194304 100 0 0 0 30 4 2 1 20 0 11 0 500`;
    expect(readTicks(stat)).toBe(37);
  });

  it('is not known of a process that is not there', () => expect(cpuSeconds(0)).toBeNaN());
});
