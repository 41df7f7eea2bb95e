/** So many a Kinesis sequence number has at most, more than a number holds. */
export const positionDigits = 56;

/** A Kinesis sequence number as a text that compares as numbers do. */
export const positionOf = (sequenceNumber: string): string => sequenceNumber.padStart(positionDigits, '0');
