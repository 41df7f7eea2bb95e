/**
 * The lane, from 0, that a partition key's records take: the same for every record of a key, spread evenly over keys
 * (FNV-1a with a final mix, since keys often differ in their last character only).
 */
export const laneOf = (partitionKey: string, lanes: number): number => {
  if (lanes === 1) return 0;
  let hash = 0x811c9dc5;
  for (let at = 0; at < partitionKey.length; at++) hash = Math.imul(hash ^ partitionKey.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return ((hash ^ (hash >>> 15)) >>> 0) % lanes;
};
