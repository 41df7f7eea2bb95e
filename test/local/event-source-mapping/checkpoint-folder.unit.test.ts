import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CheckpointFolder } from '../../../local/event-source-mapping/checkpoint-folder.ts';
import { StartError } from '../../../local/start-error.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'checkpoints-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('the checkpoints of a mapping', () => {
  it('are found again by the next start, shard by shard', () => {
    const folder = new CheckpointFolder(join(directory, 'mapping'), 'the mapping Orders');
    expect(folder.known).toBe(false);
    folder.write('shardId-0', { after: '4959033827149025660855969253836157109592157598913658889' });
    folder.write('shardId-0', { after: '9' }); // a shorter one covers a longer one
    folder.write('shardId-1', { sinceMs: 1_545_084_650_987 });
    folder.write('shardId-2', { ended: true });
    folder.close();

    const again = new CheckpointFolder(join(directory, 'mapping'), 'the mapping Orders');
    expect(again.known).toBe(true);
    expect(again.read('shardId-0')).toEqual({ after: '9' });
    expect(again.read('shardId-1')).toEqual({ sinceMs: 1_545_084_650_987 });
    expect(again.hasEnded('shardId-2')).toBe(true);
    expect(again.read('shardId-3')).toBeUndefined();
    again.close();
  });

  it('are taken first for every shard at once, whatever a killed start has left', () => {
    const path = join(directory, 'mapping');
    const killed = new CheckpointFolder(`${path}.new`, 'the mapping Orders');
    killed.write('shardId-9', { ended: true });
    killed.close();
    const folder = new CheckpointFolder(path, 'the mapping Orders');
    folder.begin(
      new Map([
        ['shardId-0', { sinceMs: 1 }],
        ['shardId-1', { ended: true }],
      ]),
    );

    expect(folder.read('shardId-0')).toEqual({ sinceMs: 1 });
    expect(folder.hasEnded('shardId-1')).toBe(true);
    folder.close();
    expect(readdirSync(directory)).toEqual(['mapping']);
    expect(readdirSync(path)).toEqual(['shardId-0', 'shardId-1']);
  });

  it.each([
    'null',
    '{}',
    '[1]',
    '"49"',
    '{"after":49}',
    '{"after":"4x9"}',
    '{"ended":false}',
    '{"after":"49","ended":true}',
    '{"after":"4',
    '',
    Buffer.alloc(128), // as a power cut may leave it
  ])('names a file that holds %j', (content) => {
    const path = join(directory, 'shardId-0');
    writeFileSync(path, content);
    const folder = new CheckpointFolder(directory, 'the mapping Orders');

    const read = () => folder.read('shardId-0');

    expect(read).toThrow(StartError);
    expect(read).toThrow(
      /^\/.*shardId-0 can't be read: it is damaged \(.+\)\. It keeps how far the mapping Orders has read the shard shardId-0\. A start with --salvage removes it\. The shard is then read from its oldest record on/,
    );
    folder.close();
  });

  it('notices every byte that has changed', () => {
    const path = join(directory, 'shardId-0');
    const checkpoint = { after: '4959033827149025660855969253836157109592157598913658889' };
    const folder = new CheckpointFolder(directory, 'the mapping Orders');
    folder.write('shardId-0', checkpoint);
    folder.write('shardId-0', { after: '1' });
    folder.write('shardId-0', checkpoint); // in place
    folder.close();
    const bytes = readFileSync(path);
    const { length } = bytes.toString().trimEnd();

    for (let at = 0; at < length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] as number) ^ 1;
      writeFileSync(path, changed);
      expect(() => folder.read('shardId-0')).toThrow(StartError);
    }
  });
});
