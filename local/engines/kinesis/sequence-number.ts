/**
 * Sequence numbers as AWS shapes them: 47 hexadecimal digits, written as 56 decimal ones. From the left: a 2, the second
 * in which the shard was created (9 digits), the last digit of the shard's index, an index that counts up (16), two
 * zeros, the second in which the record arrived (9), the shard's index (8), and the version, a 2. So numbers of a
 * shard sort by the index, and numbers of a child above those of its parents.
 */
export interface SequenceNumber {
  readonly shardSeconds: number;
  readonly index: bigint;
  readonly arrivedSeconds: number;
  readonly shardIndex: number;
}

const indexBits = 80n;
const secondBits = 36n;
const version = 2n;

/** What one more index adds to a number. */
export const oneIndex = 1n << indexBits;
/** The index that ends a closed shard. */
export const lastIndex = 0x7fff_ffff_ffff_ffffn;

/** The part of a number that all records of one index have in common; what follows it is below `oneIndex`. */
export const upperPart = (shardSeconds: number, shardIndex: number, index: bigint): bigint =>
  (2n << 184n) | (BigInt(shardSeconds) << 148n) | (BigInt(shardIndex & 15) << 144n) | (index << indexBits);

export const lowerPart = (arrivedSeconds: number, shardIndex: number): bigint =>
  (BigInt(arrivedSeconds) << secondBits) | (BigInt(shardIndex) << 4n) | version;

export const sequenceText = ({ shardSeconds, index, arrivedSeconds, shardIndex }: SequenceNumber): string =>
  String(upperPart(shardSeconds, shardIndex, index) | lowerPart(arrivedSeconds, shardIndex));

export const indexOf = (number: bigint): bigint => (number >> indexBits) & 0xffff_ffff_ffff_ffffn;

/** The parts of a sequence number of this version; undefined for any other text. */
export const parseSequence = (text: string): SequenceNumber | undefined => {
  if (!/^\d{56}$/.test(text)) return undefined;
  const hex = BigInt(text).toString(16);
  if (hex.length !== 47 || hex[0] !== '2' || hex[46] !== '2' || hex.charAt(11) > '7') return undefined;
  const part = (from: number, to: number) => Number.parseInt(hex.slice(from, to), 16);
  const shardIndex = part(38, 46);
  if (shardIndex > 0x7fff_ffff) return undefined;
  const index = BigInt(`0x${hex.slice(11, 27)}`);
  return { shardSeconds: part(1, 10), index, arrivedSeconds: part(29, 38), shardIndex };
};
