import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Engine } from '../../../local/engines/engine.ts';
import type { Access } from '../../../local/iam/access.ts';
import { startSts } from '../../../local/iam/sts.ts';
import { CallCounts } from '../../../local/metrics/call-counts.ts';
import { eventually } from '../../support/eventually.ts';

const calls = new CallCounts();
let sts: Engine;
beforeAll(async () => {
  sts = await startSts({
    access: {} as Access,
    keys: new Map(),
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
