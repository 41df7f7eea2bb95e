import { count, name, readEnv } from '../../../lambda/runtime/env.ts';

describe('the environment', () => {
  it('is read by its schema', () => {
    expect(readEnv({ TABLE: name, SECONDS: count }, { TABLE: 'orders', SECONDS: '900' })).toEqual({
      TABLE: 'orders',
      SECONDS: 900,
    });
  });

  it('tells of everything that is missing or wrong in one error', () => {
    expect(() =>
      readEnv({ TABLE: name, BUCKET: name, SECONDS: count, STREAM: name }, { BUCKET: '', SECONDS: '-1', STREAM: 's' }),
    ).toThrow('environment variables missing or wrong: TABLE, BUCKET, SECONDS');
  });
});
