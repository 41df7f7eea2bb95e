import * as z from 'zod/mini';

/**
 * A record of the stream as one line of the archive: whole, whatever its data is. Sequence numbers tell two deliveries
 * of a record from two records. https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html
 */
export const ArchivedRecord = z.object({
  partitionKey: z.string(),
  sequenceNumber: z.string(),
  shardId: z.string(),
  /** When Kinesis took it, in milliseconds since the epoch. */
  arrivedAt: z.number(),
  /** Base64. */
  data: z.string(),
});
export type ArchivedRecord = z.infer<typeof ArchivedRecord>;
