/** A Kinesis sequence number as a text that compares as numbers do: its 56 digits are more than a number holds. */
export const positionOf = (sequenceNumber: string): string => sequenceNumber.padStart(56, '0');
