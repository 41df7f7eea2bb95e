import { type Limit, TokenBucket } from './token-bucket.ts';

type QuotaPeriod = 'DAY' | 'WEEK' | 'MONTH';

export interface Quota {
  readonly limit: number;
  readonly period: QuotaPeriod;
}

/** A stage of an API that a usage plan opens to its keys. */
export interface PlanStage {
  readonly restApiId: string;
  readonly stageName: string;
  /** By `<resource path>/<method>`; stands in place of the plan's own limit. */
  readonly methodThrottles: Readonly<Record<string, Limit>>;
}

/** What a call with an API key comes to. */
export type Admission = 'admitted' | 'throttled' | 'quota-exceeded';

interface Usage {
  /** By method throttle, or `''` for the plan's own limit. */
  readonly buckets: Map<string, TokenBucket>;
  periodStartMs: number;
  used: number;
}

/**
 * Which API keys may call which stages, how fast and how often. Each key has its own buckets and its own count.
 * Counts live in memory: a restart of the runtime begins them anew.
 */
export class UsagePlan {
  readonly id: string;
  readonly #stages: readonly PlanStage[];
  readonly #limit: Limit | undefined;
  readonly #quota: Quota | undefined;
  readonly #keyIds = new Map<string, string>();
  readonly #usages = new Map<string, Usage>();

  constructor(id: string, stages: readonly PlanStage[], limit?: Limit, quota?: Quota) {
    this.id = id;
    this.#stages = stages;
    this.#limit = limit;
    this.#quota = quota;
  }

  addKey(keyId: string, value: string): void {
    this.#keyIds.set(value, keyId);
  }

  /** The methods of the stage, `<resource path>/<method>`, that have a limit of their own. */
  throttledMethods(restApiId: string, stageName: string): readonly string[] {
    return Object.keys(this.#stage(restApiId, stageName)?.methodThrottles ?? {});
  }

  /** The id of the key with this value, when the plan opens the stage to it. */
  keyId(value: string, restApiId: string, stageName: string): string | undefined {
    return this.#stage(restApiId, stageName) && this.#keyIds.get(value);
  }

  /** Counts a call of `method`, `<resource path>/<method>`, with a key that `keyId` knows. */
  admit(keyId: string, restApiId: string, stageName: string, method: string, nowMs: number): Admission {
    const usage = this.#usage(keyId);
    const methodLimit = this.#stage(restApiId, stageName)?.methodThrottles[method];
    const limit = methodLimit ?? this.#limit;
    if (limit && !bucket(usage, methodLimit ? `${restApiId}/${stageName}${method}` : '', limit, nowMs).take(nowMs)) {
      return 'throttled';
    }
    if (!this.#quota) return 'admitted';
    const periodStartMs = startOf(this.#quota.period, nowMs);
    if (usage.periodStartMs !== periodStartMs) Object.assign(usage, { periodStartMs, used: 0 });
    if (usage.used >= this.#quota.limit) return 'quota-exceeded';
    usage.used += 1;
    return 'admitted';
  }

  #stage(restApiId: string, stageName: string): PlanStage | undefined {
    return this.#stages.find((stage) => stage.restApiId === restApiId && stage.stageName === stageName);
  }

  #usage(keyId: string): Usage {
    const usage = this.#usages.get(keyId) ?? { buckets: new Map(), periodStartMs: 0, used: 0 };
    this.#usages.set(keyId, usage);
    return usage;
  }
}

const bucket = (usage: Usage, name: string, limit: Limit, nowMs: number): TokenBucket => {
  const found = usage.buckets.get(name) ?? new TokenBucket(limit, nowMs);
  usage.buckets.set(name, found);
  return found;
};

/** Midnight UTC of today, of the week's Sunday, or of the month's first day. */
const startOf = (period: QuotaPeriod, nowMs: number): number => {
  const now = new Date(nowMs);
  const day = { DAY: now.getUTCDate(), WEEK: now.getUTCDate() - now.getUTCDay(), MONTH: 1 }[period];
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), day);
};
