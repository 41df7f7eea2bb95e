import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import * as z from 'zod/mini';
import { StartError } from '../../local/start-error.ts';
import { readState, StateFile, type StateKind, writeState } from '../../local/state-file.ts';

interface Place {
  readonly name: string;
  readonly count: number;
}

const kind: StateKind<Place> = {
  schema: z.strictObject({ name: z.string(), count: z.number() }),
  keeps: 'where the test is',
  remedy: 'Delete it, and the test begins again.',
};
const place: Place = { name: 'é', count: 7 };

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'state-'));
  path = join(folder, 'a', 'b', 'state');
});
afterEach(() => rmSync(folder, { recursive: true }));

const put = (content: string | Uint8Array): void => {
  mkdirSync(join(folder, 'a', 'b'), { recursive: true });
  writeFileSync(path, content);
};

/** What a read of a file with this content throws. */
const refusalOf = (content: string | Uint8Array): unknown => {
  put(content);
  try {
    return { read: readState(path, kind) };
  } catch (error) {
    return error;
  }
};

describe('a state file', () => {
  it('is read as it was written, with a version and a checksum in it', () => {
    expect(readState(path, kind)).toBeUndefined();
    writeState(path, place);

    expect(readState(path, kind)).toEqual(place);
    expect(readFileSync(path, 'utf8')).toBe('{"version":1,"crc32":"b6a9e8b2","content":{"name":"é","count":7}}\n');
  });

  it('is its owner’s only, and replaces a file that others can read', () => {
    writeState(path, place);
    expect(statSync(join(folder, 'a')).mode & 0o777).toBe(0o700);
    put('{}');
    writeFileSync(`${path}.new`, 'left by a process that was killed', { mode: 0o644 });
    writeState(path, place);

    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder, 'a', 'b'))).toEqual(['state']);
  });

  it.each([
    ['null', 'its content is not what belongs there'],
    ['[]', 'its content is not what belongs there'],
    ['{"name":"x"}', 'its content is not what belongs there'],
    ['{"version":1,"content":{"name":"x","count":1}}', 'its content is not what belongs there'],
    ['{"version":1,"crc32":"00000000","content":{"name":"x","count":1}}', 'its checksum is wrong'],
    ['{"version":1,"crc32":"00000000"}', 'its content is not what belongs there'],
    ['{"version":2}', 'its version is 2: a later release may have written it'],
    ['{"version":null}', 'its version is null: a later release may have written it'],
    ['', 'it is empty'],
    ['  \n', 'it is empty'],
    ['{"name":', 'it is not JSON'],
    [Buffer.alloc(128), 'it is not JSON'],
    [Buffer.from([0xff, 0xfe, 0]), 'it is not JSON'],
  ])('that holds %j is refused by its name, with what it is and how to go on', (content, how) => {
    const error = refusalOf(content);

    expect(error).toBeInstanceOf(StartError);
    expect((error as Error).message).toBe(
      `${path} can't be read: it is damaged (${how}). It keeps where the test is. Delete it, and the test begins again.`,
    );
  });

  it('of which any bit has flipped is refused, if it does not say the same', () => {
    const state = fc.record({
      name: fc.string({ unit: 'binary' }),
      count: fc.double({ noNaN: true, noDefaultInfinity: true }),
    });
    fc.assert(
      fc.property(state, fc.nat(), fc.nat(7), (content, at, bit) => {
        writeState(path, content);
        const bytes = readFileSync(path);
        const index = at % bytes.length;
        bytes[index] = (bytes[index] as number) ^ (1 << bit);
        const refusal = refusalOf(bytes);

        if (!(refusal instanceof StartError)) expect(refusal).toEqual({ read: JSON.parse(JSON.stringify(content)) });
      }),
      { numRuns: 500 },
    );
  });
});

describe('a state file that changes often', () => {
  it('is read as it was last written, however long it was before', () => {
    const file = new StateFile<Place>(path);
    file.write({ name: 'x'.repeat(150), count: 1 });
    file.write({ name: 'x', count: 2 });
    expect(readState(path, kind)).toEqual({ name: 'x', count: 2 });
    file.close();

    const again = new StateFile<Place>(path);
    again.write({ name: '', count: 3 });
    again.close();
    expect(readState(path, kind)).toEqual({ name: '', count: 3 });
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('takes the place of one of an earlier release whole', () => {
    put('{"name":"old","count":1}'.padEnd(1_000));
    const file = new StateFile<Place>(path);
    file.write(place);
    file.close();

    expect(readState(path, kind)).toEqual(place);
  });

  it('takes no more than a block', () => {
    const file = new StateFile<Place>(path);

    expect(() => file.write({ name: 'x'.repeat(300), count: 1 })).toThrow(RangeError);
    expect(existsSync(path)).toBe(false);
    file.close();
  });
});
