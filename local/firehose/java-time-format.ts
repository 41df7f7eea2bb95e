/** Writes a moment (milliseconds since the epoch). */
export type TimeFormat = (atMs: number) => string;

/** A pattern with a letter that is not run here. */
export class InvalidTimePattern extends Error {
  override readonly name = 'InvalidTimePattern';
}

/**
 * Compiles a pattern of Java's `DateTimeFormatter`: `yyyy/MM/dd/HH`, `'at' HH:mm:ss.SSS`, `EEE`, `DDD` … in a time zone
 * by its IANA name.
 *
 * @throws InvalidTimePattern, RangeError for a time zone that is none.
 * @see https://docs.oracle.com/javase/8/docs/api/java/time/format/DateTimeFormatter.html
 */
export const compileTimePattern = (pattern: string, timeZone = 'UTC'): TimeFormat => {
  const toLocal = localTime(timeZone);
  const parts = [...pattern.matchAll(/''|'((?:[^']|'')*)'|([a-zA-Z])\2*|[^a-zA-Z']+|'/g)].map(
    ([text, quoted, letter]): ((time: LocalTime) => string) => {
      if (letter) return field(letter, text.length);
      if (text === "'") throw new InvalidTimePattern(`${pattern} has a quote without its partner`);
      const literal = text === "''" ? "'" : (quoted?.replaceAll("''", "'") ?? text);
      return () => literal;
    },
  );
  return (atMs) => {
    const time = toLocal(atMs);
    return parts.map((part) => part(time)).join('');
  };
};

/** A moment in a time zone. */
interface LocalTime {
  /** Its UTC fields are the zone's. */
  readonly shown: Date;
  readonly offsetMinutes: number;
}

type Field = (time: LocalTime) => string;

const field = (letter: string, count: number): Field => {
  const padded = (read: (shown: Date) => number): Field => {
    return ({ shown }) => String(read(shown)).padStart(count, '0');
  };
  switch (letter) {
    case 'y':
    case 'u':
      return count === 2
        ? ({ shown }) => String(shown.getUTCFullYear()).slice(-2)
        : padded((at) => at.getUTCFullYear());
    case 'M':
    case 'L':
      return count < 3 ? padded((at) => at.getUTCMonth() + 1) : named('month', count);
    case 'd':
      return padded((at) => at.getUTCDate());
    case 'D':
      return padded(dayOfYear);
    case 'E':
      return named('weekday', count);
    case 'H':
      return padded((at) => at.getUTCHours());
    case 'k':
      return padded((at) => at.getUTCHours() || 24);
    case 'K':
      return padded((at) => at.getUTCHours() % 12);
    case 'h':
      return padded((at) => at.getUTCHours() % 12 || 12);
    case 'a':
      return ({ shown }) => (shown.getUTCHours() < 12 ? 'AM' : 'PM');
    case 'm':
      return padded((at) => at.getUTCMinutes());
    case 's':
      return padded((at) => at.getUTCSeconds());
    case 'S':
      return ({ shown }) => `${String(shown.getUTCMilliseconds()).padStart(3, '0')}000000`.slice(0, count);
    case 'X':
    case 'x':
    case 'Z':
      return ({ offsetMinutes }) => offset(letter, count, offsetMinutes);
    default:
      throw new InvalidTimePattern(`the pattern letter ${letter} is not run here`);
  }
};

const named =
  (what: 'month' | 'weekday', count: number): Field =>
  ({ shown }) =>
    shown.toLocaleString('en-US', { timeZone: 'UTC', [what]: count === 4 ? 'long' : count === 5 ? 'narrow' : 'short' });

const dayOfYear = (shown: Date): number =>
  Math.floor((shown.getTime() - Date.UTC(shown.getUTCFullYear(), 0, 1)) / 86_400_000) + 1;

const offset = (letter: string, count: number, minutes: number): string => {
  if (letter === 'X' && minutes === 0) return 'Z';
  const sign = minutes < 0 ? '-' : '+';
  const hours = String(Math.floor(Math.abs(minutes) / 60)).padStart(2, '0');
  const rest = String(Math.abs(minutes) % 60).padStart(2, '0');
  if (letter !== 'Z' && count === 1) return rest === '00' ? `${sign}${hours}` : `${sign}${hours}${rest}`;
  return `${sign}${hours}${letter !== 'Z' && count === 3 ? ':' : ''}${rest}`;
};

const localTime = (timeZone: string): ((atMs: number) => LocalTime) => {
  if (timeZone === 'UTC') return (atMs) => ({ shown: new Date(atMs), offsetMinutes: 0 });
  const numeric = {
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  } as const;
  const format = new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', ...numeric });
  return (atMs) => {
    const {
      year = 0,
      month = 1,
      day,
      hour,
      minute,
      second,
    } = Object.fromEntries(format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]));
    const milliseconds = ((atMs % 1_000) + 1_000) % 1_000;
    const shownMs = Date.UTC(year, month - 1, day, hour, minute, second, milliseconds);
    return { shown: new Date(shownMs), offsetMinutes: Math.round((shownMs - atMs) / 60_000) };
  };
};
