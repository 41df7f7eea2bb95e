import { hash } from 'node:crypto';

/**
 * Characters of a short hash: 64 bits, so that two sales among the 60,000 of a busy window meet once
 * in 10,000,000,000 windows.
 */
export const shortHashLength = 11;

/** What tells a store's sale from every other: the request is the store's own, so its name is part of it. */
export const shortHash = (storeId: string, requestId: string): string =>
  hash('sha256', `${storeId} ${requestId}`, 'base64url').slice(0, shortHashLength);
