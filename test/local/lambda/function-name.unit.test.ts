import { describe, expect, it } from '@jest/globals';
import { findFunction } from '../../../local/lambda/function-name.ts';
import type { LocalFunction } from '../../../local/lambda/local-function.ts';

const arn = 'arn:aws:lambda:us-east-1:000000000000:function:ingest';
const functions = new Map([[arn, { functionName: 'ingest' } as LocalFunction]]);

describe('a function is named', () => {
  it.each([
    'ingest',
    'ingest:$LATEST',
    '000000000000:function:ingest',
    '000000000000:function:ingest:$LATEST',
    arn,
    `${arn}:$LATEST`,
  ])('by %s', (named) => {
    expect(findFunction(functions, named)?.functionName).toBe('ingest');
    expect(findFunction(functions, named, '$LATEST')?.functionName).toBe('ingest');
  });

  it.each([
    '',
    'other',
    'ingest:1',
    'ingest:',
    'function:ingest',
    '111111111111:function:ingest',
    `${arn}:1`,
    `${arn}/x`,
    '../ingest',
  ])('not by %j', (named) => {
    expect(findFunction(functions, named)).toBeUndefined();
  });

  it('not where the qualifier says another version', () => {
    expect(findFunction(functions, 'ingest', '1')).toBeUndefined();
    expect(findFunction(functions, 'ingest:$LATEST', '1')).toBeUndefined();
  });
});
