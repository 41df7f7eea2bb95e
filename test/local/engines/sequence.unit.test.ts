import { join } from 'node:path';
import { ascending, descending, Sequence } from '../../../local/engines/s3-and-sqs/sequence.ts';
import { Storage } from '../../../local/storage/storage.ts';
import { scratchFolder } from './scratch.ts';

it('gives no number twice, neither after a restart nor after a turn that was not stored', async () => {
  const path = join(scratchFolder(), 'store.sqlite');
  const open = () => {
    const storage: Storage = new Storage({ path, onRollback: () => sequence.forget() });
    const sequence = new Sequence(storage);
    return { storage, sequence };
  };
  const first = open();
  const numbers = [first.sequence.next(), first.sequence.next()];
  await first.storage.stored();

  first.sequence.forget();
  const fail = () => {
    throw new Error('no space');
  };
  first.sequence.next();
  expect(() => first.storage.atomically(fail)).toThrow('no space');
  expect(() => first.sequence.next()).toThrow('no space');
  await expect(first.storage.stored()).rejects.toThrow('no space');
  numbers.push(first.sequence.next());
  first.storage.close();

  const second = open();
  numbers.push(second.sequence.next(), second.sequence.next());
  second.storage.close();
  expect(new Set(numbers).size).toBe(numbers.length);
  expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
});

it('is written so that text has its order, or the other one', () => {
  expect([ascending(9) < ascending(10), descending(9) > descending(10), descending(0).length]).toEqual([
    true,
    true,
    15,
  ]);
});
