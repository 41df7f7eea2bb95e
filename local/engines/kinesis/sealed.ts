import { crc32 } from 'node:zlib';

/** Text for a caller to give back unread, as iterators and tokens are. A checksum tells it from any other text. */
export const seal = (text: string): string => {
  const body = Buffer.from(text);
  const sealed = Buffer.allocUnsafe(body.length + 8);
  sealed.writeUInt32BE(1);
  sealed.writeUInt32BE(crc32(body), 4);
  body.copy(sealed, 8);
  return sealed.toString('base64');
};

/** Undefined for what `seal` did not make. */
export const unseal = (sealed: string): string | undefined => {
  const bytes = Buffer.from(sealed, 'base64');
  if (bytes.length < 8 || bytes.readUInt32BE() !== 1 || bytes.toString('base64') !== sealed) return undefined;
  const body = bytes.subarray(8);
  return crc32(body) === bytes.readUInt32BE(4) ? body.toString() : undefined;
};

/** How long iterators and tokens live. */
export const lifetimeMs = 300_000;
