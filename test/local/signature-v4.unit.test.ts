import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import { type SignatureFault, type SignedRequest, verifySignature } from '../../local/signature-v4.ts';

const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const region = 'us-east-1';
const emptyHash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** The SDK's signer wants a hash of this shape. */
class Sha256 {
  private readonly hash: Hash | Hmac;
  constructor(secret?: string | ArrayBuffer | Uint8Array) {
    this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as Uint8Array);
  }
  update(data: string | Uint8Array): void {
    this.hash.update(data);
  }
  async digest(): Promise<Uint8Array> {
    return this.hash.digest();
  }
  reset(): void {}
}

const signer = (service: string) =>
  new SignatureV4({
    credentials,
    region,
    service,
    sha256: Sha256 as unknown as ConstructorParameters<typeof SignatureV4>[0]['sha256'],
    uriEscapePath: service !== 's3',
    applyChecksum: service === 's3',
  });

const escapeUri = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

const toRawQuery = (query: Record<string, unknown> = {}) =>
  Object.entries(query)
    .map(([name, value]) => `${escapeUri(name)}=${escapeUri(String(value))}`)
    .join('&');

const now = Date.UTC(2026, 10, 22, 12);
const hostOnly = { host: '127.0.0.1:4566' };

async function presign(path: string, query: Record<string, string> = {}, service = 's3'): Promise<string> {
  const request = { method: 'GET', protocol: 'http:', hostname: '127.0.0.1', path, query, headers: hostOnly };
  const signed = await signer(service).presign(request, { expiresIn: 900, signingDate: new Date(now) });
  return `${signed.path}?${toRawQuery(signed.query)}`;
}

function faultOf(
  target: string,
  request: Partial<SignedRequest> = {},
  scope: { service?: string; now?: number } = {},
): SignatureFault | undefined {
  const [rawPath = '', ...query] = target.split('?');
  const payloadHash = emptyHash;
  const parts = { method: 'GET', rawPath, rawQuery: query.join('?'), headers: hostOnly, payloadHash, ...request };
  const keys = new Map([[credentials.accessKeyId, credentials.secretAccessKey]]);
  return verifySignature(parts, { keys, region, service: 's3', now, ...scope }).fault;
}

describe("AWS's published examples hold", () => {
  const at = Date.UTC(2013, 4, 24);
  const headers = {
    host: 'examplebucket.s3.amazonaws.com',
    'x-amz-content-sha256': emptyHash,
    'x-amz-date': '20130524T000000Z',
  };
  const authorization = (signedHeaders: string, signature: string) =>
    `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/20130524/us-east-1/s3/aws4_request,SignedHeaders=${signedHeaders},Signature=${signature}`;
  const usual = 'host;x-amz-content-sha256;x-amz-date';

  it('S3 GetObject with a range, signed in the header', () => {
    const signature = 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41';
    const signed = authorization('host;range;x-amz-content-sha256;x-amz-date', signature);
    expect(
      faultOf('/test.txt', { headers: { ...headers, range: 'bytes=0-9', authorization: signed } }, { now: at }),
    ).toBeUndefined();
  });

  it('S3 PutObject of a key with a dollar sign', () => {
    const payloadHash = '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072';
    const signed = authorization(
      'date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class',
      '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
    );
    const more = {
      date: 'Fri, 24 May 2013 00:00:00 GMT',
      'x-amz-storage-class': 'REDUCED_REDUNDANCY',
      'x-amz-content-sha256': payloadHash,
      authorization: signed,
    };
    const request = { method: 'PUT', payloadHash, headers: { ...headers, ...more } };
    expect(faultOf('/test%24file.text', request, { now: at })).toBeUndefined();
  });

  it.each([
    ['/?lifecycle', 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543'],
    ['/?max-keys=2&prefix=J', '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7'],
  ])('S3 GET %s', (target, signature) => {
    const signed = { ...headers, authorization: authorization(usual, signature) };
    expect(faultOf(target, { headers: signed }, { now: at })).toBeUndefined();
  });

  it('an S3 link that lasts a day', () => {
    const target =
      '/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request' +
      '&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host' +
      '&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404';
    const request = { payloadHash: 'UNSIGNED-PAYLOAD', headers: { host: 'examplebucket.s3.amazonaws.com' } };
    expect(faultOf(target, request, { now: at + 86_400_000 })).toBeUndefined();
    expect(faultOf(target, request, { now: at + 86_401_000 })).toBe('expired');
  });

  it('the plain GET of the test suite', () => {
    const signed =
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, ' +
      'Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31';
    const key = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
    const request = {
      method: 'GET',
      rawPath: '/',
      rawQuery: '',
      headers: { host: 'example.amazonaws.com', 'x-amz-date': '20150830T123600Z', authorization: signed },
      payloadHash: emptyHash,
    };
    const scope = {
      keys: new Map([[key.accessKeyId, key.secretAccessKey]]),
      region,
      service: 'service',
      now: Date.UTC(2015, 7, 30, 12, 36),
    };
    expect(verifySignature(request, scope)).toEqual({ accessKeyId: key.accessKeyId });
  });
});

const anyPath = fc
  .array(fc.string({ unit: 'grapheme', maxLength: 8 }), { maxLength: 4 })
  .map((parts) => `/${parts.map(escapeUri).join('/')}`);
const anyQuery = fc.dictionary(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 }).filter((name) => !/^(x-amz-|__proto__$)/i.test(name)),
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  { maxKeys: 4 },
);
const anyService = fc.constantFrom('s3', 'execute-api', 'sqs');

describe("what the SDK's signer signs holds", () => {
  it('in the header, for any path, query, header and body of any service', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyService,
        anyPath,
        anyQuery,
        fc.string(),
        fc.string(),
        async (service, path, query, header, body) => {
          const headers = { ...hostOnly, 'x-amz-meta-note': header };
          const request = { method: 'POST', protocol: 'http:', hostname: '127.0.0.1', path, query, headers, body };
          const signed = await signer(service).sign(request, { signingDate: new Date(now) });
          const payloadHash = createHash('sha256').update(body).digest('hex');
          const sent = { method: 'POST', headers: signed.headers, payloadHash };
          expect(faultOf(`${path}?${toRawQuery(query)}`, sent, { service })).toBeUndefined();
        },
      ),
    );
  });

  it.each([
    ['a time', 'from=2026-11-22T10:15:00Z', { from: '2026-11-22T10:15:00Z' }],
    ['a space as a plus', 'name=a+b', { name: 'a b' }],
    ['a second equals sign', 'next=YQ==', { next: 'YQ==' }],
    ['what a browser leaves as it is', "q=a/b?c@d,e(f)!*'&$f=1", { q: "a/b?c@d,e(f)!*'", $f: '1' }],
    ['bytes above ASCII', 'city=Z\u00c3\u00bcrich', { city: 'Zürich' }],
  ])('in the header, where the query has %s unescaped', async (_, rawQuery, query) => {
    const request = { method: 'GET', protocol: 'http:', hostname: '127.0.0.1', path: '/a', query, headers: hostOnly };
    const { headers } = await signer('execute-api').sign(request, { signingDate: new Date(now) });
    expect(faultOf(`/a?${rawQuery}`, { headers }, { service: 'execute-api' })).toBeUndefined();
  });

  it('in a link, for any path and query of any service', async () => {
    await fc.assert(
      fc.asyncProperty(anyService, anyPath, anyQuery, async (service, path, query) => {
        expect(faultOf(await presign(path, query, service), {}, { service })).toBeUndefined();
      }),
    );
  });
});

describe('what was changed after signing is refused', () => {
  it('one byte anywhere in a link, to any other', async () => {
    const link = await presign('/invoices/a%40b/v1/0198c5%2Fx.json', { 'x-id': 'GetObject' });
    const bytes = Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index));
    for (let at = 1; at < link.length; at++) {
      for (const byte of bytes) {
        if (byte === link[at]) continue;
        const changed = link.slice(0, at) + byte + link.slice(at + 1);
        if (faultOf(changed) === undefined) throw new Error(`passes with ${byte} at ${at}: ${changed}`);
      }
    }
  });

  it('one byte taken out of a link or put into it', async () => {
    const link = await presign('/invoices/a%40b/v1.json', { 'x-id': 'GetObject' });
    fc.assert(
      fc.property(fc.nat(link.length - 2), fc.constantFrom(...'aZ09%&=?/;+-.'), (at, byte) => {
        expect(faultOf(link.slice(0, at + 1) + link.slice(at + 2))).toBeDefined();
        expect(faultOf(link.slice(0, at + 1) + byte + link.slice(at + 1))).toBeDefined();
      }),
      { numRuns: 2_000 },
    );
  });

  it('the method, the host and the body', async () => {
    const link = await presign('/invoices/a1.json');
    expect(faultOf(link)).toBeUndefined();
    expect(faultOf(link, { method: 'PUT' })).toBe('mismatch');
    expect(faultOf(link, { method: 'HEAD' })).toBe('mismatch');
    expect(faultOf(link, { headers: { host: '127.0.0.1:4567' } })).toBe('mismatch');
    expect(faultOf(link, { payloadHash: 'UNSIGNED-PAYLOAD' })).toBe('mismatch');
  });

  it('a header that was not there, where its name says that it means something to AWS', async () => {
    const link = await presign('/invoices/a1.json');
    expect(faultOf(link, { headers: { ...hostOnly, 'x-amz-copy-source': '/other/key' } })).toBe('unsignedHeader');
    expect(faultOf(link, { headers: { ...hostOnly, accept: '*/*' } })).toBeUndefined();
  });
});

describe('time', () => {
  it('a link holds from 15 minutes before it was signed until it expires, both included', async () => {
    const link = await presign('/a');
    expect(faultOf(link, {}, { now: now - 900_001 })).toBe('skewed');
    expect(faultOf(link, {}, { now: now - 900_000 })).toBeUndefined();
    expect(faultOf(link, {}, { now: now + 900_000 })).toBeUndefined();
    expect(faultOf(link, {}, { now: now + 900_001 })).toBe('expired');
  });

  it('a signed header holds for 15 minutes before and after', async () => {
    const request = {
      method: 'GET',
      protocol: 'http:',
      hostname: '127.0.0.1',
      path: '/a',
      query: {},
      headers: hostOnly,
    };
    const { headers } = await signer('s3').sign(request, { signingDate: new Date(now) });
    for (const skew of [-900_000, 0, 900_000]) expect(faultOf('/a', { headers }, { now: now + skew })).toBeUndefined();
    for (const skew of [-900_001, 900_001]) expect(faultOf('/a', { headers }, { now: now + skew })).toBe('skewed');
  });

  it.each(['0', '-1', '604801', '1e3', '900 ', '', '9007199254740993'])(
    'a link cannot last %j seconds',
    async (seconds) => {
      const link = (await presign('/a')).replace('X-Amz-Expires=900', `X-Amz-Expires=${seconds}`);
      expect(faultOf(link)).toBe('incomplete');
    },
  );
});

describe('what names no valid signer is refused', () => {
  it('no signature at all', () => {
    expect(faultOf('/a')).toBe('missing');
    expect(faultOf('/a?X-Amz-Signatur=abc&X-Amz-Algorithm=AWS4-HMAC-SHA256')).toBe('missing');
  });

  it('another key, region, service, day or terminator', async () => {
    const link = await presign('/a');
    expect(faultOf(link.replace('AKIAIOSFODNN7', 'AKIAIOSFODNN8'))).toBe('unknownKey');
    for (const [part, other] of [
      ['us-east-1', 'eu-west-1'],
      ['%2Fs3%2F', '%2Fsqs%2F'],
      ['%2F20261122%2F', '%2F20261121%2F'],
      ['aws4_request', 'aws5_request'],
    ] as const) {
      expect(faultOf(link.replace(part, other))).toBe('wrongScope');
    }
  });

  it('a header that no request has, whatever every object in JavaScript has by that name', async () => {
    const link = await presign('/a');
    for (const name of ['absent', 'constructor', '__proto__', 'toString'])
      expect(faultOf(link.replace('SignedHeaders=host', `SignedHeaders=host%3B${name}`))).toBe('mismatch');
  });

  it('a signature in the header and in the query at once, or one given twice', async () => {
    const link = await presign('/a');
    expect(faultOf(link, { headers: { ...hostOnly, authorization: 'AWS4-HMAC-SHA256 x' } })).toBe('incomplete');
    expect(faultOf(`${link}&X-Amz-Expires=900`)).toBe('incomplete');
    expect(faultOf(`${link}&X-Amz-Signature=${'0'.repeat(64)}`)).toBe('incomplete');
  });

  it('a header that gives a field twice, whichever comes first', async () => {
    const request = { method: 'GET', protocol: 'http:', hostname: '127.0.0.1', path: '/a', query: {} };
    const { headers } = await signer('s3').sign({ ...request, headers: hostOnly }, { signingDate: new Date(now) });
    const whole = String(headers.authorization);
    for (const authorization of [
      whole.replace('Credential=', 'Credential=AKIAOTHER/x, Credential='),
      `${whole}, Credential=AKIAOTHER/x`,
      `${whole}, Signature=${'0'.repeat(64)}`,
    ])
      expect(faultOf('/a', { headers: { ...headers, authorization } })).toBe('incomplete');
    expect(faultOf('/a', { headers })).toBeUndefined();
  });

  it.each([
    '',
    'Basic YTpi',
    'AWS4-HMAC-SHA256',
    'AWS4-HMAC-SHA256 Credential=a',
    'AWS4-HMAC-SHA256 ,,,===',
    'AWS AKID:sig',
  ])('the header %j', (authorization) => {
    const headers = { ...hostOnly, 'x-amz-date': '20261122T120000Z', authorization };
    expect(faultOf('/a', { headers })).toBeDefined();
  });
});
