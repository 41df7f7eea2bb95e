/** The event log's names, shared by the functions and the stack. No imports, so that both can load it. */
export const eventLogKeys = {
  /** Whose event it is. */
  partitionKey: 'aggregate',
  /** The version of the aggregate that the event made, from 1. */
  sortKey: 'version',
  /** The event, whole, one map. */
  event: 'event',
  /** The region that appended it: every region's copy of the log has a stream that tells of it. */
  region: 'region',
} as const;

/** The key of the table of snapshots. */
export const snapshotKey = 'aggregate';
