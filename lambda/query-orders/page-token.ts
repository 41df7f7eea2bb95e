import * as z from 'zod/mini';
import { Id } from '../../domain/order/order.ts';
import type { PagePosition } from './query-orders.ts';

/**
 * Where a page ended, opaque to clients. It carries no account: a token made up, or taken from another account, can do
 * no more than begin the asked account's page elsewhere.
 */
export const pageToken = ({ vendorid, receivedAtEventId }: PagePosition): string =>
  Buffer.from(`${vendorid} ${receivedAtEventId}`).toString('base64url');

const receivedAtEventIdPattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z#[!-~]{1,255}$/;

const positionOf = (token: string): PagePosition | undefined => {
  const [vendorid = '', receivedAtEventId = ''] = Buffer.from(token, 'base64url').toString('latin1').split(' ');
  const position = { vendorid, receivedAtEventId };
  const isPosition = Id.safeParse(vendorid).success && receivedAtEventIdPattern.test(receivedAtEventId);
  return isPosition && pageToken(position) === token ? position : undefined;
};

/** Reads a token that `pageToken` made; anything else is refused. */
export const PageToken = z.pipe(
  z.string().check(z.maxLength(1_000, 'is too long')),
  z.transform((token: string, context): PagePosition => {
    const position = positionOf(token);
    if (position) return position;
    context.issues.push({ code: 'custom', message: 'must be the next of an earlier answer', input: token });
    return z.NEVER;
  }),
);
