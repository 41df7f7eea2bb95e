import { hash } from 'node:crypto';

/** A hash key, of 128 bits, as 32 hexadecimal digits: so that texts compare as the numbers do. */
export type HashKey = string;

const keys = 1n << 128n;

export const hashKeyOf = (partitionKey: string): HashKey => hash('md5', partitionKey);

const fromNumber = (number: bigint): HashKey => number.toString(16).padStart(32, '0');
export const numberOf = (key: HashKey): bigint => BigInt(`0x${key}`);

/** Undefined above 2^128 - 1. */
export const fromDecimal = (text: string): HashKey | undefined => {
  const number = BigInt(text);
  return number < keys ? fromNumber(number) : undefined;
};

export const toDecimal = (key: HashKey): string => String(numberOf(key));
export const before = (key: HashKey): HashKey => fromNumber(numberOf(key) - 1n);

/** Where each of `count` equal ranges starts. */
export const uniformStarts = (count: number): HashKey[] =>
  Array.from({ length: count }, (_, index) => fromNumber((keys * BigInt(index)) / BigInt(count)));

export const lastHashKey = fromNumber(keys - 1n);
