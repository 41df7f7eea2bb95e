const minuteMs = 60_000;

/** A sale from further ahead than a clock goes wrong has no minute that can be believed. */
const maxAheadMinutes = 5;

/**
 * The minute, since the epoch, in which a sale happened; undefined where it arrived later than `latenessMinutes` after
 * it happened, or before it can have happened. Says the same of a sale whenever and however often it is asked.
 */
export function eventMinute(happenedAtMs: number, arrivedAtMs: number, latenessMinutes: number): number | undefined {
  const lateMs = arrivedAtMs - happenedAtMs;
  if (lateMs > latenessMinutes * minuteMs || -lateMs > maxAheadMinutes * minuteMs) return undefined;
  return Math.floor(happenedAtMs / minuteMs);
}

/** `2026-11-22T10:15:00Z` of a minute since the epoch. */
export const minuteText = (minute: number): string => `${new Date(minute * minuteMs).toISOString().slice(0, 19)}Z`;
