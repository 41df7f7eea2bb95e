import type { DeployedReader } from './deployed.ts';

/** An invocation's payload at most, base64 and envelope of each record included. */
const payloadBytes = 6_291_556;
const envelopeBytes = 450;

/** How often a shard is read: once a second where it is shared, and pushed some 70 ms later by enhanced fan-out. */
const pollSeconds = { shared: 1, own: 0.07 };

/**
 * Batches a second that a reader is sent from one shard, into which `ratePerSecond` records of `eventBytes` come at
 * random. A batch is sent when it is full, or when its window is over and it isn't empty.
 */
export function batchesOf(reader: DeployedReader, ratePerSecond: number, eventBytes: number): number {
  if (ratePerSecond === 0) return 0;
  const fits = Math.max(1, Math.floor(payloadBytes / (Math.ceil(eventBytes / 3) * 4 + envelopeBytes)));
  const size = Math.min(reader.batchSize, fits);
  const poll = reader.ownReads ? pollSeconds.own : pollSeconds.shared;
  const window = Math.max(reader.windowSeconds, poll);
  const full = ratePerSecond / size;
  const timely = (1 - Math.exp(-ratePerSecond * window)) / window;
  return Math.max(full, timely);
}
