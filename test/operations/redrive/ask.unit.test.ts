import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { ask } from '../../../operations/redrive/ask.ts';

/** A terminal at which `keys` are pressed, and what it shows. */
const asked = async (keys: string, signal = new AbortController().signal) => {
  const [input, output] = [new PassThrough(), Object.assign(new PassThrough(), { isTTY: true })];
  input.write(keys);
  return ask('Redrive 12 records?', { input, output, signal });
};
const ctrlD = '\x04';

describe('a question before many records are redriven', () => {
  it.each([
    ['y\n', true],
    ['Yes\n', true],
    ['n\n', false],
    ['\n', false],
    [ctrlD, false],
  ])('takes %j for %j', async (keys, agreed) => expect(await asked(keys)).toBe(agreed));

  it('takes an interruption for no', async () => {
    const interrupted = new AbortController();
    const answer = asked('', interrupted.signal);
    interrupted.abort();
    expect(await answer).toBe(false);
  });
});
