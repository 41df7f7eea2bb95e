import { hash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { algorithms, type Checksum, checksumHeader, checksumOf, isChecksum } from './checksums.ts';
import { invalidRequest, notImplemented, S3Error } from './errors.ts';

/** The body of a request as it is meant: unpacked, and as its sender's checksums say. */
export interface Payload {
  readonly bytes: Buffer;
  /** MD5 in hexadecimal. */
  readonly md5: string;
  readonly checksum: Checksum | undefined;
}

/** Unpacks a body and checks it against its digest, `Content-MD5` and `x-amz-checksum-*`. */
export const readPayload = (headers: IncomingHttpHeaders, raw: Buffer): Payload => {
  const digest = String(headers['x-amz-content-sha256'] ?? '');
  if (digest.length === 64 && digest !== hash('sha256', raw)) {
    const message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
    throw new S3Error(400, 'XAmzContentSHA256Mismatch', message);
  }
  const isChunked = digest.startsWith('STREAMING-') || /\baws-chunked\b/.test(headers['content-encoding'] ?? '');
  const { bytes, trailers } = isChunked ? readChunks(raw) : { bytes: raw, trailers: {} };
  const announced = headers['x-amz-decoded-content-length'];
  if (isChunked && announced !== undefined && Number(announced) !== bytes.length) throw incompleteBody();

  const md5 = hash('md5', bytes);
  checkMd5(headers['content-md5'], md5);
  return { bytes, md5, checksum: findChecksum({ ...headers, ...trailers }, bytes) };
};

const checkMd5 = (header: string | string[] | undefined, md5: string): void => {
  if (header === undefined) return;
  const claimed = Buffer.from(String(header), 'base64');
  if (claimed.length !== 16) throw new S3Error(400, 'InvalidDigest', 'The Content-MD5 you specified was invalid.');
  if (claimed.toString('hex') !== md5) {
    throw new S3Error(400, 'BadDigest', 'The Content-MD5 you specified did not match what we received.');
  }
};

const findChecksum = (headers: IncomingHttpHeaders, bytes: Buffer): Checksum | undefined => {
  if (headers['x-amz-checksum-crc64nvme'] !== undefined) throw notImplemented();
  const given = algorithms.filter((algorithm) => headers[checksumHeader(algorithm)] !== undefined);
  const [algorithm] = given;
  if (algorithm === undefined) return undefined;
  if (given.length > 1)
    throw invalidRequest('Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.');
  const header = checksumHeader(algorithm);
  const value = String(headers[header]);
  if (!isChecksum(algorithm, value)) throw invalidRequest(`Value for ${header} header is invalid.`);
  if (checksumOf(algorithm, [bytes]) !== value) {
    throw new S3Error(400, 'BadDigest', `The ${algorithm} you specified did not match the calculated checksum.`);
  }
  return { algorithm, value, type: 'FULL_OBJECT' };
};

interface Unpacked {
  readonly bytes: Buffer;
  readonly trailers: IncomingHttpHeaders;
}

/**
 * The data of `aws-chunked`: chunks of `<size in hexadecimal>[;extension]\r\n<data>\r\n`, the last of size 0, and then
 * trailing headers. The signatures of single chunks are not checked.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
 */
const readChunks = (raw: Buffer): Unpacked => {
  const chunks: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = raw.indexOf('\r\n', at);
    const [sizeText = ''] = raw.toString('latin1', at, Math.max(at, lineEnd)).split(';');
    if (lineEnd < 0 || !/^[0-9a-f]{1,8}$/i.test(sizeText)) throw incompleteBody();
    const size = Number.parseInt(sizeText, 16);
    const start = lineEnd + 2;
    if (size === 0) return { bytes: Buffer.concat(chunks), trailers: readTrailers(raw.toString('latin1', start)) };
    if (start + size + 2 > raw.length) throw incompleteBody();
    chunks.push(raw.subarray(start, start + size));
    at = start + size + 2;
  }
};

const readTrailers = (text: string): IncomingHttpHeaders =>
  Object.fromEntries(
    text.split('\r\n').flatMap((line) => {
      const colon = line.indexOf(':');
      return colon < 1 ? [] : [[line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]];
    }),
  );

const incompleteBody = () =>
  new S3Error(
    400,
    'IncompleteBody',
    'You did not provide the number of bytes specified by the Content-Length HTTP header',
  );
