import { defaultProvider } from '../../../lambda/runtime/credentials.ts';

describe('the credentials of a function', () => {
  const variables = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];
  const before = variables.map((variable) => process.env[variable]);
  const set = (values: readonly (string | undefined)[]) =>
    variables.forEach((variable, place) => {
      const value = values[place];
      if (value === undefined) delete process.env[variable];
      else process.env[variable] = value;
    });
  afterEach(() => set(before));

  it('are those that Lambda put into its environment', async () => {
    set(['key', 'secret', 'token']);

    await expect(defaultProvider()()).resolves.toEqual({
      accessKeyId: 'key',
      secretAccessKey: 'secret',
      sessionToken: 'token',
    });
  });

  it('are read once, not for each call', async () => {
    set(['key', 'secret', undefined]);
    const provide = defaultProvider();

    const first = await provide();

    set([undefined, undefined, undefined]);
    expect(await provide()).toBe(first);
  });

  it('are named where they are missing, and looked for again', async () => {
    set(['key', undefined, undefined]);
    const provide = defaultProvider();
    await expect(provide()).rejects.toThrow('environment variables missing or wrong: AWS_SECRET_ACCESS_KEY');

    set(['key', 'secret', undefined]);

    await expect(provide()).resolves.toMatchObject({ secretAccessKey: 'secret' });
  });
});
