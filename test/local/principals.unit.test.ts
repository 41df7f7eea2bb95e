import { afterEach, describe, expect, it } from '@jest/globals';
import { Principals } from '../../local/principals.ts';

const kept = () => {
  const secrets = new Map<string, string>();
  return (name: string) => {
    const secret = secrets.get(name) ?? `${secrets.size}`.padEnd(40, 'a');
    secrets.set(name, secret);
    return secret;
  };
};
const roleArn = 'arn:aws:iam::000000000000:role/Probe-Role';

describe('principals', () => {
  afterEach(() => {
    for (const name of ['AWS_ENDPOINT_URL_S3', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) delete process.env[name];
  });

  it('have a key each, that tells who signed', () => {
    const principals = new Principals(kept());
    const one = principals.issue('One', { name: 'Probe-One', roleArn });
    const two = principals.issue('Two', { name: 'Probe-Two', roleArn });

    expect(new Set([one, two, principals.operator].map(({ accessKeyId }) => accessKeyId)).size).toBe(3);
    expect(one.accessKeyId).toMatch(/^AKIA[0-9A-F]{16}$/);
    expect(principals.find(one.accessKeyId)).toEqual({ name: 'Probe-One', roleArn });
    expect(principals.find(principals.operator.accessKeyId)).toEqual({ name: 'operator' });
    expect(principals.find('AKIASTRANGER')).toBeUndefined();
    for (const { accessKeyId, secretAccessKey } of [one, two, principals.operator]) {
      expect(principals.keys.get(accessKeyId)).toBe(secretAccessKey);
    }
  });

  it('keep their keys from start to start, and from the reservation to the resource', () => {
    const secret = kept();
    const reserved = new Principals(secret).issue('One');
    const principals = new Principals(secret);
    expect(principals.issue('One')).toEqual(reserved);
    expect(principals.issue('One', { name: 'Probe-One', roleArn })).toEqual(reserved);
    expect(principals.find(reserved.accessKeyId)?.name).toBe('Probe-One');
  });

  it('never let a secret be told from its access key', () => {
    const { accessKeyId, secretAccessKey } = new Principals(kept()).issue('One');
    expect(secretAccessKey).not.toContain(accessKeyId.slice(4).toLowerCase());
  });

  it('all sign with the operator’s own key where an endpoint of theirs takes an engine’s place', () => {
    process.env.AWS_ENDPOINT_URL_S3 = 'https://s3.example.com';
    process.env.AWS_ACCESS_KEY_ID = 'AKIAOWN';
    process.env.AWS_SECRET_ACCESS_KEY = 'own';
    const principals = new Principals(kept());
    const own = { accessKeyId: 'AKIAOWN', secretAccessKey: 'own' };
    expect([principals.operator, principals.issue('One', { name: 'Probe-One', roleArn })]).toEqual([own, own]);
    expect(principals.find('AKIAOWN')).toEqual({ name: 'operator' });
  });
});
