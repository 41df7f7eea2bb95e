import { describe, expect, it } from '@jest/globals';
import { physicalName } from '../../local/physical-name.ts';

describe('a physical name', () => {
  it('is made of the stack and the logical id', () => expect(physicalName('Orders', 'Stream')).toBe('Orders-Stream'));

  it('fits, stays the same, and differs from that of another long id', () => {
    const name = (end: string) => physicalName('Orders', `${'x'.repeat(90)}${end}`, 63);
    expect(name('a')).toHaveLength(63);
    expect(name('a')).toBe(name('a'));
    expect(name('a')).not.toBe(name('b'));
  });
});
