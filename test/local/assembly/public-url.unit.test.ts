import { describe, expect, it } from '@jest/globals';
import { withLocalOrigins } from '../../../local/assembly/public-url.ts';

const origins = new Map([
  ['abc123', 'http://127.0.0.1:3000'],
  ['def456', 'http://127.0.0.1:3001'],
]);
const url = (id: string, rest = '') => `https://${id}.execute-api.us-east-1.amazonaws.com${rest}`;

describe('the public URL of a local API', () => {
  it('becomes the local one wherever it occurs, as often as it occurs', () =>
    expect(
      withLocalOrigins(
        { a: url('abc123', '/prod/'), b: [`${url('abc123')} or ${url('def456', '/x')}`], c: 1 },
        origins,
      ),
    ).toEqual({ a: 'http://127.0.0.1:3000/prod/', b: ['http://127.0.0.1:3000 or http://127.0.0.1:3001/x'], c: 1 }));

  it('is left alone where it is that of somebody else, or no URL', () => {
    const values = [url('other'), 'arn:aws:execute-api:us-east-1:000000000000:abc123/*', true, null];
    expect(withLocalOrigins(values, origins)).toEqual(values);
  });
});
