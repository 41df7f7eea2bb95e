import { describe, expect, it } from '@jest/globals';
import { checkVariables } from '../../../local/lambda/environment-variables.ts';

describe('the environment variables of a function', () => {
  it.each(['AWS_REGION', '_HANDLER', 'AWS_LAMBDA_FUNCTION_NAME', 'LAMBDA_TASK_ROOT', '_MINE', '1ST', 'A-B', ''])(
    'may not be called %j',
    (name) => {
      expect(() => checkVariables('f', { ORDER_TABLE: 'a', [name]: 'b' })).toThrow(
        `f: Lambda does not take ${name} as the name of an environment variable.`,
      );
    },
  );

  it('may take 4 KB, names included, and no more', () => {
    expect(() => checkVariables('f', { AB: 'x'.repeat(4_094) })).not.toThrow();
    expect(() => checkVariables('f', { AB: 'x'.repeat(4_093), CD: '€' })).toThrow(
      /take 4100 bytes; Lambda allows 4096/,
    );
  });
});
