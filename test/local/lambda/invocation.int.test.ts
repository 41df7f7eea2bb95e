import { describe, expect, it } from '@jest/globals';
import { probeFunction } from './probe-function.ts';

describe('a handler', () => {
  it('gets the event and answers with its result', async () => {
    const probe = probeFunction('exports.handler = async (event) => ({ got: event.a, n: event.list.length });');

    expect(await probe.call({ a: 'é€😀', list: [1, 2] })).toEqual({ got: 'é€😀', n: 2 });
  });
});
