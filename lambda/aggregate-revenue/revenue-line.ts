import { amountOf } from '../../domain/money.ts';
import type { Arrived } from './aggregate-revenue.ts';

/**
 * A store's window as one line of JSON, without a line break. `revenue`, `returns` and `net` are amounts with two
 * decimals; `timestamp` is the window's start as SQL writes it; `window`, `shard`, `first` and `last` say where from.
 */
export const revenueLine = ({ storeId, arrived, rejected, ...part }: Arrived): string =>
  JSON.stringify({
    store_id: storeId,
    revenue: amountOf(arrived.revenueCents),
    timestamp: new Date(part.window).toISOString().replace('T', ' ').replace('Z', ''),
    returns: amountOf(arrived.returnsCents),
    net: amountOf(arrived.revenueCents - arrived.returnsCents),
    sales: arrived.sales,
    duplicates: part.duplicates,
    rejected: amountOf(rejected.revenueCents),
    window: `${part.window}/${part.windowEnd}`,
    shard: part.shard,
    first: part.first,
    last: part.last,
  });
