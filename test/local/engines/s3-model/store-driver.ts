import { answerS3 } from '../../../../local/engines/s3-and-sqs/s3/calls.ts';
import { S3Error } from '../../../../local/engines/s3-and-sqs/s3/errors.ts';
import { readRequest, type S3Answer } from '../../../../local/engines/s3-and-sqs/s3/request.ts';
import { openS3Stores } from '../../../../local/engines/s3-and-sqs/s3/stores.ts';
import { contentsOf, textOf } from '../../../../local/engines/s3-and-sqs/s3/xml.ts';
import { Sequence } from '../../../../local/engines/s3-and-sqs/sequence.ts';
import type { Storage } from '../../../../local/storage/storage.ts';
import type { Entry, ListRequest, Page, S3Driver } from './driver.ts';

interface Sent {
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: Buffer | string;
}

/** Calls the engine's operations in this process, without sockets and signatures. */
export const openStoreDriver = (open: () => Storage): S3Driver => {
  let storage = open();
  let stores = openS3Stores(storage, new Sequence(storage));
  let now = 1;

  const send = (method: string, bucket: string, key: string, { query = {}, headers = {}, body = '' }: Sent = {}) => {
    const text = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
    const url = `/${bucket}${key === '' ? '' : `/${encodeURIComponent(key)}`}?${text.join('&')}`;
    const given = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
    try {
      const request = readRequest({ method, url, headers: given } as never, Buffer.from(body as string));
      return answerS3(stores, request, now++);
    } catch (error) {
      if (!(error instanceof S3Error)) throw error;
      throw Object.assign(new Error(error.message), { name: method === 'HEAD' ? 'NotFound' : error.code });
    }
  };
  const written = ({ headers }: S3Answer) => ({ etag: bare(headers.etag), versionId: versionOf(headers) });
  const xmlOf = ({ body }: S3Answer) => String(body);
  const position = (request: ListRequest): Record<string, string> => ({
    prefix: request.prefix,
    delimiter: request.delimiter,
    'max-keys': `${request.maxKeys}`,
    'encoding-type': 'url',
  });

  return {
    createBucket: async (bucket) => void send('PUT', bucket, ''),
    deleteBucket: async (bucket) => void send('DELETE', bucket, ''),
    setVersioning: async (bucket, status) => {
      const body = `<VersioningConfiguration><Status>${status}</Status></VersioningConfiguration>`;
      send('PUT', bucket, '', { query: { versioning: '' }, body });
    },
    put: async (bucket, key, body, { ifMatch, ifNoneMatch }) =>
      written(send('PUT', bucket, key, { body, headers: { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } })),
    get: async (bucket, key, { versionId, range }) => {
      const answer = send('GET', bucket, key, { query: versionId ? { versionId } : {}, headers: { range } });
      const body = await bytesOf(answer.body);
      return { ...written(answer), body, size: Number(answer.headers['content-length']) };
    },
    head: async (bucket, key) => {
      const answer = send('HEAD', bucket, key);
      return { ...written(answer), size: Number(answer.headers['content-length']) };
    },
    remove: async (bucket, key, versionId) => {
      const { headers } = send('DELETE', bucket, key, { query: versionId ? { versionId } : {} });
      return { versionId: versionOf(headers), isMarker: headers['x-amz-delete-marker'] === 'true' };
    },
    removeMany: async (bucket, keys) => {
      const objects = keys.map((key) => `<Object><Key>${escaped(key)}</Key></Object>`);
      const answer = send('POST', bucket, '', { query: { delete: '' }, body: `<Delete>${objects.join('')}</Delete>` });
      return contentsOf(xmlOf(answer), 'Deleted').map((xml) => textOf(xml, 'Key') ?? '');
    },
    copy: async (bucket, from, to) => {
      const answer = send('PUT', bucket, to, {
        headers: { 'x-amz-copy-source': `${bucket}/${encodeURIComponent(from)}` },
      });
      return { etag: bare(textOf(xmlOf(answer), 'ETag')), versionId: versionOf(answer.headers) };
    },
    list: async (bucket, request) => {
      const token: Record<string, string> = request.token ? { 'continuation-token': request.token } : {};
      const query = { 'list-type': '2', ...position(request), ...token };
      const xml = xmlOf(send('GET', bucket, '', { query }));
      return pageOf(xml, contentsOf(xml, 'Contents'), textOf(xml, 'NextContinuationToken'));
    },
    listVersions: async (bucket, request) => {
      const [key, version] = JSON.parse(request.token ?? '["",""]');
      const token = { ...(key && { 'key-marker': key }), ...(version && { 'version-id-marker': version }) };
      const xml = xmlOf(send('GET', bucket, '', { query: { versions: '', ...position(request), ...token } }));
      const next = [decodeURIComponent(textOf(xml, 'NextKeyMarker') ?? ''), textOf(xml, 'NextVersionIdMarker') ?? ''];
      const entries = Array.from(xml.matchAll(/<(Version|DeleteMarker)>(.*?)<\/\1>/gs), ([, , text = '']) => text);
      return pageOf(xml, entries, textOf(xml, 'IsTruncated') === 'true' ? JSON.stringify(next) : undefined);
    },
    createUpload: async (bucket, key) =>
      textOf(xmlOf(send('POST', bucket, key, { query: { uploads: '' } })), 'UploadId') ?? '',
    uploadPart: async (bucket, key, uploadId, number, body) =>
      written(send('PUT', bucket, key, { query: { uploadId, partNumber: `${number}` }, body })),
    listParts: async (bucket, key, uploadId) =>
      contentsOf(xmlOf(send('GET', bucket, key, { query: { uploadId } })), 'Part').map((xml) => ({
        number: Number(textOf(xml, 'PartNumber')),
        etag: bare(textOf(xml, 'ETag')),
      })),
    complete: async (bucket, key, uploadId, parts) => {
      const list = parts.map(
        ({ number, etag }) => `<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag></Part>`,
      );
      const body = `<CompleteMultipartUpload>${list.join('')}</CompleteMultipartUpload>`;
      const answer = send('POST', bucket, key, { query: { uploadId }, body });
      return { etag: bare(textOf(xmlOf(answer), 'ETag')), versionId: versionOf(answer.headers) };
    },
    abort: async (bucket, key, uploadId) => void send('DELETE', bucket, key, { query: { uploadId } }),
    settle: () => storage.stored(),
    restart: async () => {
      storage.close();
      storage = open();
      stores = openS3Stores(storage, new Sequence(storage));
    },
    close: async () => storage.close(),
    leftOver: () => {
      const left = [...storage.keys({ gte: '', lt: '~' })].filter((entry) => !/^(bucket~|sequence$)/.test(entry));
      for (const entry of left) storage.delete(entry);
      return left;
    },
  };
};

const bare = (etag: string | number | undefined): string => String(etag).replaceAll('"', '');
const versionOf = (headers: S3Answer['headers']) => headers['x-amz-version-id'] as string | undefined;
const escaped = (text: string) => text.replace(/[&<>\p{Cc}]/gu, (char) => `&#${char.codePointAt(0)};`);

const bytesOf = async (body: S3Answer['body']): Promise<Buffer> => {
  if (typeof body !== 'object' || !('chunks' in body)) return Buffer.from((body ?? '') as string);
  const read: Uint8Array[] = [];
  for (let next = body.chunks.next(); !next.done; next = body.chunks.next()) read.push(next.value);
  body.release();
  return Buffer.concat(read);
};

const pageOf = (xml: string, entries: readonly string[], token: string | undefined): Page => ({
  entries: entries.map((text): Entry => {
    const size = textOf(text, 'Size');
    return {
      key: decodeURIComponent(textOf(text, 'Key') ?? ''),
      etag: textOf(text, 'ETag')?.replaceAll('"', ''),
      size: size === undefined ? undefined : Number(size),
      versionId: textOf(text, 'VersionId'),
      isLatest: textOf(text, 'IsLatest') === undefined ? undefined : textOf(text, 'IsLatest') === 'true',
    };
  }),
  prefixes: contentsOf(xml, 'CommonPrefixes').map((text) => decodeURIComponent(textOf(text, 'Prefix') ?? '')),
  token,
});
