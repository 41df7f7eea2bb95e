import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TokenBucket } from '../../../local/api-gateway/token-bucket.ts';
import { UsagePlan } from '../../../local/api-gateway/usage-plan.ts';

const stages = [
  { restApiId: 'api', stageName: 'prod', methodThrottles: { '/slow/GET': { ratePerSecond: 1, burst: 1 } } },
];
const noon = Date.UTC(2026, 10, 22, 12);
const dayMs = 24 * 3_600_000;

describe('TokenBucket', () => {
  it('lets the burst pass at once and the rate from then on', () => {
    const bucket = new TokenBucket({ ratePerSecond: 10, burst: 3 }, 0);
    expect([0, 0, 0, 0, 99, 100, 101, 200].map((now) => bucket.take(now))).toEqual([
      true,
      true,
      true,
      false,
      false,
      true,
      false,
      true,
    ]);
  });

  it('never lets more pass than burst and rate allow, however the calls come', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 200 });
    fc.assert(
      fc.property(gaps, fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 20 }), (waits, rate, burst) => {
        const bucket = new TokenBucket({ ratePerSecond: rate, burst }, 0);
        let now = 0;
        const passed = waits.filter((wait) => {
          now += wait;
          return bucket.take(now);
        }).length;
        expect(passed).toBeLessThanOrEqual(burst + (now * rate) / 1_000);
      }),
    );
  });

  it('lets nothing pass at a rate and burst of 0', () => {
    expect(new TokenBucket({ ratePerSecond: 0, burst: 0 }, 0).take(10_000)).toBe(false);
  });
});

describe('UsagePlan', () => {
  const plan = (
    ...limits: [
      limit?: { ratePerSecond?: number; burst?: number },
      quota?: { limit: number; period: 'DAY' | 'WEEK' | 'MONTH' },
    ]
  ) => {
    const made = new UsagePlan('plan', stages, ...limits);
    made.addKey('key-1', 'secret-1');
    made.addKey('key-2', 'secret-2');
    return made;
  };
  const call = (made: UsagePlan, now: number, key = 'key-1', method = '/order/POST') =>
    made.admit(key, 'api', 'prod', method, now);

  it('knows its keys, and only for its own stages', () => {
    expect(plan().keyId('secret-1', 'api', 'prod')).toBe('key-1');
    expect(plan().keyId('secret-3', 'api', 'prod')).toBeUndefined();
    expect(plan().keyId('secret-1', 'api', 'test')).toBeUndefined();
    expect(plan().keyId('secret-1', 'other', 'prod')).toBeUndefined();
  });

  it('throttles each key by itself', () => {
    const made = plan({ ratePerSecond: 1, burst: 1 });
    expect(call(made, noon)).toBe('admitted');
    expect(call(made, noon)).toBe('throttled');
    expect(call(made, noon, 'key-2')).toBe('admitted');
    expect(call(made, noon + 1_000)).toBe('admitted');
  });

  it('takes a limit of the method in place of the plan’s', () => {
    const made = plan({ ratePerSecond: 1_000, burst: 1_000 });
    expect(call(made, noon, 'key-1', '/slow/GET')).toBe('admitted');
    expect(call(made, noon, 'key-1', '/slow/GET')).toBe('throttled');
    expect(call(made, noon)).toBe('admitted');
  });

  it.each([
    ['DAY', noon + dayMs / 2],
    ['WEEK', noon + 6.5 * dayMs], // the 22nd is a Sunday
    ['MONTH', Date.UTC(2026, 11, 1)],
  ] as const)('begins the count of a %s anew when it is over', (period, next) => {
    const made = plan(undefined, { limit: 2, period });
    expect([noon, noon, noon, next - 1].map((now) => call(made, now))).toEqual([
      'admitted',
      'admitted',
      'quota-exceeded',
      'quota-exceeded',
    ]);
    expect(call(made, next)).toBe('admitted');
  });

  it('counts nothing towards the quota that the throttle held back', () => {
    const made = plan({ ratePerSecond: 1, burst: 1 }, { limit: 2, period: 'DAY' });
    expect([noon, noon, noon, noon + 1_000].map((now) => call(made, now))).toEqual([
      'admitted',
      'throttled',
      'throttled',
      'admitted',
    ]);
  });
});
