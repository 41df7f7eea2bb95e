import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** A checksum that came with an object and was found right. */
export interface Checksum {
  readonly algorithm: Algorithm;
  /** In Base64; with `-<number of parts>` if it was made of the checksums of the parts. */
  readonly value: string;
  readonly type: 'FULL_OBJECT' | 'COMPOSITE';
}

export type Algorithm = 'CRC32' | 'CRC32C' | 'SHA1' | 'SHA256';

export const algorithms: readonly Algorithm[] = ['CRC32', 'CRC32C', 'SHA1', 'SHA256'];

export const checksumHeader = (algorithm: Algorithm): string => `x-amz-checksum-${algorithm.toLowerCase()}`;

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html */
export const checksumOf = (algorithm: Algorithm, chunks: Iterable<Uint8Array>): string => {
  if (algorithm === 'CRC32' || algorithm === 'CRC32C') {
    const step = algorithm === 'CRC32' ? crc32 : crc32c;
    let sum = 0;
    for (const chunk of chunks) sum = step(chunk, sum);
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(sum);
    return bytes.toString('base64');
  }
  return hash(algorithm.toLowerCase(), Buffer.concat([...chunks]), 'base64');
};

/** Whether this can be a value of the algorithm at all. */
export const isChecksum = (algorithm: Algorithm, value: string): boolean => {
  const bytes = Buffer.from(value, 'base64');
  return bytes.length === lengths[algorithm] && bytes.toString('base64') === value;
};

/** The checksum of an object by those of its parts. */
export const compositeChecksum = (algorithm: Algorithm, parts: readonly string[]): Checksum => {
  const bytes = Buffer.concat(parts.map((value) => Buffer.from(value, 'base64')));
  return { algorithm, value: `${checksumOf(algorithm, [bytes])}-${parts.length}`, type: 'COMPOSITE' };
};

const lengths: Readonly<Record<Algorithm, number>> = { CRC32: 4, CRC32C: 4, SHA1: 20, SHA256: 32 };

let table: Uint32Array | undefined;

const crc32c = (bytes: Uint8Array, before: number): number => {
  table ??= Uint32Array.from({ length: 256 }, (_, byte) => {
    let sum = byte;
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0x82f63b78 : sum >>> 1;
    return sum;
  });
  let sum = ~before;
  for (const byte of bytes) sum = (sum >>> 8) ^ (table[(sum ^ byte) & 0xff] ?? 0);
  return ~sum >>> 0;
};
