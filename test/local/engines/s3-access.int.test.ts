import { Agent, request } from 'node:http';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { Engine } from '../../../local/engines/engine.ts';
import { startS3AndSqs } from '../../../local/engines/s3-and-sqs.ts';
import { sideBySide } from '../../support/eventually.ts';
import { client, credentials, keys, scratchFolder, started } from './scratch.ts';

const Bucket = 'invoices';
const Key = 'invoices/a1/v1/0198c5.json';
const agent = new Agent({ keepAlive: true, maxSockets: 16 });
let engine: Engine;
let s3: S3Client;

beforeAll(async () => {
  engine = await started(startS3AndSqs({ path: scratchFolder(), keys }));
  s3 = new S3Client({ ...client, endpoint: engine.url });
  await s3.send(new CreateBucketCommand({ Bucket }));
  await s3.send(new PutObjectCommand({ Bucket, Key, Body: '{"total":"7.50"}' }));
});
afterAll(() => {
  s3.destroy();
  agent.destroy();
});

interface Answer {
  readonly status: number | undefined;
  readonly text: string;
}

/** Sends the target as it stands: `fetch` would tidy it up. */
const send = (target: string, method = 'GET', headers: Record<string, string> = {}, body = ''): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(engine.url);
    const sent = request({ agent, hostname, port, path: target, method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode, text }));
    });
    sent.on('error', reject).end(body);
  });

async function link(options: { expiresIn?: number; signingDate?: Date } = {}, signer = s3): Promise<string> {
  const url = new URL(
    await getSignedUrl(signer, new GetObjectCommand({ Bucket, Key }), { expiresIn: 900, ...options }),
  );
  return url.pathname + url.search;
}

const refusedWith = (code: string) => ({ status: 403, text: expect.stringContaining(`<Code>${code}</Code>`) });

describe('a link', () => {
  it('leads to the object', async () => {
    expect(await send(await link())).toEqual({ status: 200, text: '{"total":"7.50"}' });
  });

  it('with any one byte changed is 403', async () => {
    const whole = await link();
    const flipped = (char: string) => {
      if (/[a-z]/i.test(char)) return char === char.toLowerCase() ? char.toUpperCase() : char.toLowerCase();
      return char === '0' ? '1' : '0';
    };
    const targets = [...whole].flatMap((char, at) => {
      if (at === 0) return [];
      const others = [flipped(char), char === 'x' ? 'y' : 'x'];
      return others.map((other) => whole.slice(0, at) + other + whole.slice(at + 1));
    });
    const answers = await sideBySide(targets, 16, (target) => send(target));
    const passed = answers.flatMap(({ status, text }, index) =>
      status === 403 && text.includes('<Error>') ? [] : [`${status} ${targets[index]}`],
    );
    expect(targets.length).toBeGreaterThan(700);
    expect(passed).toEqual([]);
  });

  it('that names a signed header no request has is 403', async () => {
    const damaged = (await link()).replace('SignedHeaders=host', 'SignedHeaders=host%3Bconstructor');
    expect(await send(damaged)).toEqual(refusedWith('SignatureDoesNotMatch'));
  });

  it('used with another method is 403', async () => {
    const target = await link();
    for (const method of ['PUT', 'DELETE', 'POST', 'PATCH', 'OPTIONS']) {
      expect(await send(target, method)).toEqual(refusedWith('SignatureDoesNotMatch'));
    }
    expect(await send(target, 'HEAD')).toEqual({ status: 403, text: '' });
    expect((await send(target)).status).toBe(200);
  });

  it('that has expired is 403', async () => {
    const expired = await link({ expiresIn: 60, signingDate: new Date(Date.now() - 61_000) });
    const answer = await send(expired);
    expect(answer).toEqual(refusedWith('AccessDenied'));
    expect(answer.text).toContain('Request has expired');
  });

  it('signed with another key or another secret is 403', async () => {
    for (const [other, code] of [
      [{ ...credentials, secretAccessKey: 'guessed' }, 'SignatureDoesNotMatch'],
      [{ ...credentials, accessKeyId: 'AKIAOTHER' }, 'InvalidAccessKeyId'],
    ] as const) {
      const stranger = new S3Client({ ...client, credentials: other, endpoint: engine.url });
      expect(await send(await link({}, stranger))).toEqual(refusedWith(code));
      stranger.destroy();
    }
  });

  it('lets a client upload where it is made for that, and only there', async () => {
    const url = new URL(await getSignedUrl(s3, new PutObjectCommand({ Bucket, Key: 'uploaded' }), { expiresIn: 60 }));
    const target = url.pathname + url.search;
    expect((await send(target, 'PUT', { 'content-type': 'text/plain' }, 'by link')).status).toBe(200);
    expect((await send(target.replace('/uploaded', '/uploadee'), 'PUT', {}, 'by link')).status).toBe(403);
    const object = await s3.send(new GetObjectCommand({ Bucket, Key: 'uploaded' }));
    expect(await object.Body?.transformToString()).toBe('by link');
  });
});

describe('no signature', () => {
  it.each([
    ['GET', `/${Bucket}/${Key}`],
    ['GET', `/${Bucket}`],
    ['GET', '/'],
    ['HEAD', `/${Bucket}/${Key}`],
    ['PUT', `/${Bucket}/${Key}`],
    ['DELETE', `/${Bucket}/${Key}`],
    ['POST', `/${Bucket}?delete`],
    ['POST', '/?Action=x'],
    ['GET', '/health'],
    ['GET', '/_internal/queues'],
    ['GET', '/%'],
  ])('%s %s is 403', async (method, target) => {
    expect((await send(target, method)).status).toBe(403);
  });

  it.each([
    ['deletes', 'application/xml', `<Delete><Object><Key>${Key}</Key></Object></Delete>`],
    [
      'uploads',
      'multipart/form-data; boundary=b',
      `--b\r\nContent-Disposition: form-data; name="key"\r\n\r\n${Key}\r\n--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nx\r\n--b--\r\n`,
    ],
  ])('%s nothing by the name of the bucket in the host either', async (_, type, body) => {
    const headers = { host: `${Bucket}.example.com`, 'content-type': type };
    expect(await send('/', 'POST', headers, body)).toEqual(refusedWith('AccessDenied'));
    expect(await send(await link())).toEqual({ status: 200, text: '{"total":"7.50"}' });
  });

  it.each([
    'text/plain; application/x-amz-json-1.0',
    'application/x-www-form-urlencoded; application/x-amz-json-1.0',
    'application/x-www-form-urlencoded',
  ])('calls no SQS as %s either', async (type) => {
    const headers = { 'content-type': type, 'x-amz-target': 'AmazonSQS.ListQueues' };
    expect(await send('/', 'POST', headers, '{}')).toEqual(refusedWith('AccessDenied'));
  });

  it('also in a call to SQS', async () => {
    const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AmazonSQS.ListQueues' };
    for (const body of ['{}', '']) {
      expect(await send('/', 'POST', headers, body)).toEqual({
        status: 403,
        text: expect.stringContaining('InvalidSignature'),
      });
    }
    const sqs = new SQSClient({ ...client, endpoint: engine.url });
    await expect(sqs.send(new ListQueuesCommand())).resolves.toBeDefined();
    sqs.destroy();
  });
});

it('a body other than the one whose digest was signed is refused, and not stored', async () => {
  const tampering = new S3Client({ ...client, endpoint: engine.url });
  tampering.middlewareStack.add(
    (next) => async (args) => {
      (args.request as { body: unknown }).body = Buffer.from('another');
      return next(args);
    },
    { step: 'finalizeRequest', priority: 'low' },
  );
  const Body = Buffer.from('signed!');
  await expect(tampering.send(new PutObjectCommand({ Bucket, Key: 'tampered', Body }))).rejects.toMatchObject({
    name: 'XAmzContentSHA256Mismatch',
  });
  tampering.destroy();
  await expect(s3.send(new GetObjectCommand({ Bucket, Key: 'tampered' }))).rejects.toMatchObject({ name: 'NoSuchKey' });
});
