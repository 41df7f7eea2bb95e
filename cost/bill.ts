import type { Counts } from './counts.ts';
import type { Deployed } from './deployed.ts';
import type { Price, Prices } from './prices.ts';
import { type StackUsage, type Usage, usageOf } from './usage.ts';
import { hoursOf, hoursPerMonth, type StreamMode, type Workload } from './workload.ts';

/** One line of a bill; whole cents, as money is everywhere here. */
export interface Line extends Usage {
  readonly service: string;
  readonly unit: string;
  /** How many units: the quantity as it is priced. */
  readonly units: number;
  readonly cents: number;
  /** Whether its price could not be checked. */
  readonly uncertain: boolean;
}

export interface Bill {
  readonly mode: StreamMode;
  readonly lines: readonly Line[];
  readonly totalCents: number;
  readonly usage: StackUsage;
}

/** What a stack costs under a workload: a line for each price, those that come to nothing included. */
export function billOf(deployed: Deployed, workload: Workload, counts: Counts, mode: StreamMode, prices: Prices): Bill {
  const usage = usageOf(deployed, workload, counts, mode);
  const lines = usage.usages.map((each) => lineOf(each, prices[each.price], workload));
  return { mode, lines, totalCents: lines.reduce((sum, { cents }) => sum + cents, 0), usage };
}

function lineOf(usage: Usage, price: Price, workload: Workload): Line {
  const units = usage.quantity / price.per;
  return {
    ...usage,
    service: price.service,
    unit: price.unit,
    units,
    cents: Math.round(costOf(units, price, workload) * 100),
    uncertain: price.uncertain.includes(workload.region),
  };
}

/** Dollars: what lies in a tier costs that tier's price, and each month goes through the tiers anew. */
function costOf(units: number, { usd }: Price, workload: Workload): number {
  const months = Math.max(1, hoursOf(workload) / hoursPerMonth);
  let cost = 0;
  let from = 0;
  for (const [upTo, each] of usd[workload.region]) {
    cost += Math.max(0, Math.min(units / months, upTo) - from) * each;
    from = upTo;
  }
  return cost * months;
}
