import { crc32 } from 'node:zlib';

/** Text, or bytes where the text would only be an encoding of them. */
export type Value = string | Uint8Array;

/** Changes when files of this version can't be read by an older one, or the other way round. */
export const formatVersion = 1;
/** Marks a SQLite file as one of ours: `kes` in hexadecimal, and a 1. */
export const applicationId = 0x6b657301;

/** Of the key and the value, so that values that changed places are noticed. */
export const checksum = (key: string, value: Value): number => crc32(value, crc32(key));
