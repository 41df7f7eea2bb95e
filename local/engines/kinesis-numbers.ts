import { hash } from 'node:crypto';

/** The parts of a sequence number as kinesalite takes it apart; times in milliseconds. */
export interface Sequence {
  readonly shardCreateTime: number;
  readonly seqIx: string;
  readonly byte1: string;
  readonly seqTime: number;
  readonly shardIx: number;
  readonly version: 2;
}

/** What kinesalite puts a sequence number together from. */
export interface SequenceParts {
  readonly shardCreateTime: number;
  readonly seqIx?: number | string | null;
  readonly byte1?: string;
  readonly seqTime?: number | null;
  readonly shardIx?: number;
  readonly version?: number | null;
}

const latestSecond = 16_025_175_000;

/** The parts of a sequence number of the usual version, 2; `undefined` for any other text. */
export function parseSequence(text: string): Sequence | undefined {
  if (!/^\d{50,60}$/.test(text)) return undefined;
  const hex = BigInt(text).toString(16);
  if (hex.length !== 47 || hex[0] !== '2' || hex[46] !== '2') return undefined;
  const seconds = Number.parseInt(hex.slice(1, 10), 16);
  const shardIx = Number.parseInt(hex.slice(38, 46), 16);
  if (seconds >= latestSecond || shardIx > 0x7fffffff || hex.charAt(11) > '7') return undefined;
  return {
    shardCreateTime: seconds * 1_000,
    seqIx: BigInt(`0x${hex.slice(11, 27)}`).toString(),
    byte1: hex.slice(27, 29),
    seqTime: Number.parseInt(hex.slice(29, 38), 16) * 1_000,
    shardIx,
    version: 2,
  };
}

/** A sequence number of version 2; `undefined` where another version is asked for. */
export function stringifySequence(parts: SequenceParts): string | undefined {
  const { shardCreateTime, seqIx, byte1 = '00', shardIx = 0, version } = parts;
  if ((version != null && version !== 2) || shardIx < 0) return undefined;
  const shard = shardIx.toString(16);
  const index = BigInt(seqIx || 0)
    .toString(16)
    .padStart(16, '0');
  const written = seconds(parts.seqTime || shardCreateTime);
  return BigInt(
    `0x2${seconds(shardCreateTime)}${shard.slice(-1)}${index}${byte1}${written}${shard.padStart(8, '0')}2`,
  ).toString();
}

const seconds = (timeMs: number) =>
  Math.floor(timeMs / 1_000)
    .toString(16)
    .padStart(9, '0');

/** Bounds of shards, of which there are few. */
const bounds = new Map<string, bigint>();

/** The hash key of a partition key, which kinesalite compares with the bounds of shards, in decimal. */
export function partitionKeyToHashKey(partitionKey: string): { comparedTo(bound: string): number } {
  const hashKey = BigInt(`0x${hash('md5', partitionKey)}`);
  return {
    comparedTo: (text) => {
      const bound = bounds.get(text) ?? BigInt(text);
      bounds.set(text, bound);
      return hashKey < bound ? -1 : hashKey > bound ? 1 : 0;
    },
  };
}

interface Numbers {
  parseSequence(text: string): unknown;
  stringifySequence(parts: SequenceParts): string;
  partitionKeyToHashKey(partitionKey: string): unknown;
}

/**
 * Gives kinesalite's database these functions: its own, over decimal fractions, take half the time of a `PutRecords`.
 */
export function speedUp(database: Numbers): void {
  const original = { ...database };
  database.parseSequence = (text) => parseSequence(text) ?? original.parseSequence(text);
  database.stringifySequence = (parts) => stringifySequence(parts) ?? original.stringifySequence(parts);
  database.partitionKeyToHashKey = partitionKeyToHashKey;
}
