import { describe, expect, it } from '@jest/globals';
import { bindingQuotas } from '../../cost/quotas.ts';
import { usageOf } from '../../cost/usage.ts';
import type { StreamMode } from '../../cost/workload.ts';
import { counts, smallStack, workload } from '../support/cost.ts';

const binding = (change: Partial<typeof workload>, mode: StreamMode = 'provisioned') => {
  const chosen = { ...workload, ...change };
  return bindingQuotas(smallStack, usageOf(smallStack, chosen, counts, mode), chosen, mode).map(
    ({ quota, limit }) => `${quota}: ${limit}`,
  );
};

describe('the quotas that bind', () => {
  it('are none at 100 orders a second', () => expect(binding({})).toEqual([]));

  it("are first the API's own throttle, then the account's", () => {
    expect(binding({ ordersPerSecond: 6_000 })).toContain("the API's throttle, requests a second: 5000");
    expect(binding({ ordersPerSecond: 20_000 })).toContain("API Gateway's requests a second, of the account: 10000");
    expect(binding({ ordersPerSecond: 20_000, ordersPerPost: 100 }).join()).not.toContain('requests a second');
  });

  it("are Lambda's concurrency where posts and batches work side by side", () =>
    // 80,000 posts of 13 ms alone are 1,040 at a time
    expect(binding({ ordersPerSecond: 80_000 })).toContain("Lambda's concurrency, of the account: 1000"));

  it('are the shards of the account, fewer in Sydney', () => {
    expect(binding({ ordersPerSecond: 900_000, region: 'ap-southeast-2' })).toContain('shards, of the account: 1000');
    expect(binding({ ordersPerSecond: 900_000 }).join()).not.toContain('shards, of the account');
  });

  it('are the bytes of a stream on demand', () =>
    expect(binding({ ordersPerSecond: 300_000, region: 'ap-southeast-2' }, 'onDemand')).toContain(
      'bytes a second of an on-demand stream: 200000000',
    ));

  it('are the time of a reader that has less of it than records come', () => {
    const slow = {
      ...counts,
      functions: { ...counts.functions, 'project-order': { ...counts.functions['project-order'], recordCpuMs: 20 } },
    } as typeof counts;
    const usage = usageOf(smallStack, workload, slow, 'provisioned');
    // 100 a second in one batch of 10 + 2,000 + 5 ms
    expect(bindingQuotas(smallStack, usage, workload, 'provisioned')).toEqual([
      expect.objectContaining({ quota: "project-order's time, of one reader a shard", needed: 2.015 }),
    ]);
  });

  it('are the write units of a table', () =>
    expect(binding({ ordersPerSecond: 30_000 })).toContain('write units a second of a table and its index: 40000'));
});
