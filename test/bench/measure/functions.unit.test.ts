import { describe, expect, it } from '@jest/globals';
import { clientsFor } from '../../../bench/measure/functions.ts';

describe('the AWS clients that a function needs', () => {
  it.each([
    ['one for all its tables', ['ORDER_TABLE_BLUE', 'ORDER_TABLE', 'GREEN_ORDER_TABLE', 'LIVE_TABLE'], 1],
    ['one for tables and one for buckets', ['ORDER_TABLE', 'INVOICE_BUCKET', 'LIVE_TABLE'], 2],
    ['none where it is told of no store', ['NODE_OPTIONS', 'TABLE_SIZE'], 0],
  ])('are %s', (_, variables, clients) => expect(clientsFor(variables)).toBe(clients));
});
