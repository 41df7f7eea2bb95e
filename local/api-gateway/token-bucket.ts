/** How often something may happen. What is absent is as the account's own default: 10,000 a second, 5,000 at once. */
export interface Limit {
  readonly ratePerSecond?: number;
  readonly burst?: number;
}

/**
 * Lets `burst` calls pass at once and `ratePerSecond` in the long run.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
 */
export class TokenBucket {
  readonly #tokensPerMs: number;
  readonly #capacity: number;
  #tokens: number;
  #filledAtMs: number;

  constructor(limit: Limit, nowMs: number) {
    this.#tokensPerMs = (limit.ratePerSecond ?? 10_000) / 1_000;
    this.#capacity = limit.burst ?? 5_000;
    this.#tokens = this.#capacity;
    this.#filledAtMs = nowMs;
  }

  /** Whether a call at `nowMs` may pass; if so, it is counted. */
  take(nowMs: number): boolean {
    const passedMs = Math.max(0, nowMs - this.#filledAtMs);
    this.#tokens = Math.min(this.#capacity, this.#tokens + passedMs * this.#tokensPerMs);
    this.#filledAtMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
