import type { Member } from './member.ts';

/** The members that several operations share. https://docs.aws.amazon.com/kinesis/latest/APIReference/ */
export const streamName = {
  type: 'String',
  pattern: '[a-zA-Z0-9_.-]+',
  shortest: 1,
  longest: 128,
} as const satisfies Member;

export const streamArn = {
  type: 'String',
  pattern: 'arn:aws.*:kinesis:.*:\\d{12}:.*stream/\\S+',
  shortest: 1,
  longest: 2048,
} as const satisfies Member;

/** How an operation names its stream: by either, or by both. */
export const ofStream = { StreamName: streamName, StreamARN: streamArn } as const;

export interface OfStream {
  readonly StreamName?: string;
  readonly StreamARN?: string;
}

/** Of shards and of consumers. */
export const otherName = streamName;
export const hashKey = { type: 'String', pattern: '0|([1-9]\\d{0,38})' } as const satisfies Member;
export const sequenceNumber = { type: 'String', pattern: '0|([1-9]\\d{0,128})' } as const satisfies Member;
export const partitionKey = { type: 'String', shortest: 1, longest: 256 } as const satisfies Member;
export const nextToken = { type: 'String', shortest: 1, longest: 1_048_576 } as const satisfies Member;
export const timestamp = { type: 'Timestamp' } as const satisfies Member;

export const upTo = (most: number): Member => ({ type: 'Integer', least: 1, most });
export const required = <M extends Member>(member: M) => ({ ...member, required: true }) as const;

export const listOf = (member: Member, shortest: number, longest: number) =>
  ({ type: 'List', member, shortest, longest }) as const satisfies Member;
export const mapOf = (keys: Member, member: Member, shortest: number, longest: number) =>
  ({ type: 'Map', keys, member, shortest, longest }) as const satisfies Member;

export const mode: Member = {
  type: 'Structure',
  members: { StreamMode: { type: 'String', required: true, oneOf: ['PROVISIONED', 'ON_DEMAND'] } },
};

export interface Mode {
  readonly StreamMode: 'PROVISIONED' | 'ON_DEMAND';
}

export const tagKey: Member = { type: 'String', shortest: 1, longest: 128 };
export const tagValue: Member = { type: 'String', longest: 256 };
export const tags = mapOf(tagKey, tagValue, 0, 200);
export const shardCount: Member = { type: 'Integer', least: 1, most: 100_000 };
export const maxRecordSize: Member = { type: 'Integer', least: 1_024, most: 10_240 };
