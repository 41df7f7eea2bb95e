import { setFlagsFromString } from 'node:v8';
import { describe, expect, it } from '@jest/globals';
import * as clients from '../../../lambda/runtime/clients.ts';

setFlagsFromString('--allow-natives-syntax');
const isCopiedFast = new Function('object', 'return %HasFastProperties(object)') as (object: object) => boolean;

describe.each(Object.entries(clients))('the client that %s makes', (_, make) => {
  it('has settings that V8 copies fast', () => {
    expect(isCopiedFast(make().config)).toBe(true);
  });
});
