import { once } from 'node:events';
import { connect } from 'node:net';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Engine } from '../../../local/engines/engine.ts';
import { Access } from '../../../local/iam/access.ts';
import { startSts } from '../../../local/iam/sts.ts';
import { CallCounts } from '../../../local/metrics/call-counts.ts';
import { Principals } from '../../../local/principals.ts';
import { eventually } from '../../support/eventually.ts';

const calls = new CallCounts();
const principals = new Principals((name) => name.padEnd(40, '0'));
const roleArn = 'arn:aws:iam::000000000000:role/replay';
let sts: Engine;
beforeAll(async () => {
  const access = new Access(principals, '000000000000');
  const trust = [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: '000000000000' } }];
  const role = { arn: roleArn, name: 'replay', statements: [], trust, maxSessionSeconds: 7_200 };
  access.open(() => new Map([[roleArn, role]]));
  sts = await startSts({
    access,
    keys: principals.keysAndSessions,
    calls,
    region: 'us-east-1',
    accountId: '000000000000',
  });
});
afterAll(() => sts.close());

const post = (body: string) => fetch(sts.url, { method: 'POST', body });

it('refuses who does not sign', async () => {
  const response = await post('Action=GetCallerIdentity');
  expect(response.status).toBe(403);
  expect(await response.text()).toContain('<Code>SignatureDoesNotMatch</Code>');
});

describe('a session', () => {
  const arn = 'arn:aws:sts::000000000000:assumed-role/replay/a-test';
  const sessionFor = (ms: number) => principals.issueSession({ name: 'replay', roleArn, arn }, Date.now() + ms);
  const callBy = async <Output>(credentials: object, call: (client: STSClient) => Promise<Output>): Promise<Output> => {
    const client = new STSClient({
      endpoint: sts.url,
      region: 'us-east-1',
      credentials: credentials as typeof principals.operator,
      maxAttempts: 1,
    });
    return call(client).finally(() => client.destroy());
  };
  const identityOf = (credentials: object) =>
    callBy(credentials, async (client) => (await client.send(new GetCallerIdentityCommand({}))).Arn);
  const nobody = { name: 'InvalidClientTokenId', $metadata: { httpStatusCode: 403 } };

  it('is told from the operator', async () => {
    expect(await identityOf(sessionFor(60_000))).toBe(arn);
    expect(await identityOf(principals.operator)).toBe('arn:aws:iam::000000000000:root');
  });

  it('is what Lambda opens for a function, by its name', async () => {
    const ofFunction = principals.issue('Fn', { name: 'Probe-Fn', roleArn });
    expect(await identityOf(ofFunction)).toBe('arn:aws:sts::000000000000:assumed-role/replay/Probe-Fn');
  });

  it('is nobody once it is over, or without its token', async () => {
    const { sessionToken: _, ...withoutToken } = sessionFor(60_000);
    const assume = new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'again' });

    for (const credentials of [withoutToken, { ...withoutToken, sessionToken: 'made up' }, sessionFor(0)]) {
      await expect(identityOf(credentials)).rejects.toMatchObject(nobody);
      await expect(callBy(credentials, (client) => client.send(assume))).rejects.toMatchObject(nobody);
    }
  });
});

it("lets a session last as long as the role's longest, and no longer", async () => {
  const client = new STSClient({ endpoint: sts.url, region: 'us-east-1', credentials: principals.operator });
  const assume = (DurationSeconds: number) =>
    client.send(new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'long', DurationSeconds }));

  const { Credentials } = await assume(7_200);
  expect(Credentials?.Expiration?.getTime()).toBeGreaterThan(Date.now() + 7_100_000);
  await expect(assume(7_201)).rejects.toMatchObject({
    name: 'ValidationError',
    message: 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
  });
  client.destroy();
});

it('refuses what it would have to ignore, such as a policy that narrows the session', async () => {
  const client = new STSClient({ endpoint: sts.url, region: 'us-east-1', credentials: principals.operator });
  const assume = (more: object) =>
    client.send(new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'narrow', ...more }));

  await expect(assume({ Policy: '{"Version":"2012-10-17","Statement":[]}' })).rejects.toMatchObject({
    name: 'ValidationError',
    message: 'Policy is not run here',
    $metadata: { httpStatusCode: 400 },
  });
  await expect(assume({ PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }] })).rejects.toThrow(
    'PolicyArns.member.1.arn is not run here',
  );
  client.destroy();
});

it('says that a body is too long', async () => {
  const response = await post(`Action=${'x'.repeat(200_000)}`);
  expect(response.status).toBe(413);
  expect(await response.text()).toContain('<Code>RequestEntityTooLarge</Code>');
});

it('survives a client that goes away in the middle of its request', async () => {
  const unhandled: unknown[] = [];
  const hear = (error: unknown) => unhandled.push(error);
  process.on('unhandledRejection', hear);
  const { hostname, port } = new URL(sts.url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.end('POST / HTTP/1.1\r\nHost: sts\r\nContent-Length: 100\r\n\r\nAction=');
  socket.resume();
  await once(socket, 'close');
  await eventually(async () => expect((await post('')).status).toBe(403));
  process.off('unhandledRejection', hear);
  expect(unhandled).toEqual([]);
});
