import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';

describe('an operator’s command', () => {
  it('ends as it would, without a word, where nobody reads what it says any more', async () => {
    const command = join(import.meta.dirname, '../../operations/replay.ts');
    const child = spawn(process.execPath, [command, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    const [[code], errors] = await Promise.all([once(child, 'exit'), text(child.stderr)]);
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
  });
});
