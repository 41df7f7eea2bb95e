import { describe, expect, it } from '@jest/globals';
import { asStartError, StartError } from '../../local/start-error.ts';

const failed = (code: string, syscall: string, path: string) =>
  Object.assign(new Error(`${code}: …, ${syscall} '${path}'`), { code, syscall, path });

describe('the error of a file', () => {
  it('names the file, what is wrong with it and what helps', () =>
    expect(asStartError(failed('ENOSPC', 'open', '/data/log'))).toEqual(
      new StartError("/data/log can't be used: its disk is full (ENOSPC: …, open '/data/log')"),
    ));

  it('tells of a disk that can only be read, of which Node says that the folder to be made is missing', () =>
    expect(asStartError(failed('ENOENT', 'mkdir', '/checkout/.local'))).toMatchObject({
      name: 'StartError',
      message: expect.stringContaining("/checkout/.local can't be used: it can't be made, as on a disk that can only"),
    }));

  it('stays as it is where a file is missing: that is a defect', () => {
    const error = failed('ENOENT', 'open', '/data/log');
    expect(asStartError(error)).toBe(error);
  });
});
