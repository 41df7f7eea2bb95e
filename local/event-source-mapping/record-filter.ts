import { InvalidEventPattern } from '../event-pattern/invalid-event-pattern.ts';
import { compilePattern, type EventPattern } from '../event-pattern/pattern.ts';

/** Whether a record goes to the function; asks for its data as parsed JSON only if a filter needs it. */
export type RecordFilter = (data: () => unknown) => boolean;

/** The filter criteria can't be taken (400). */
export class InvalidFilterCriteria extends Error {
  override readonly name = 'InvalidParameterValueException';
}

const mostFilters = 10; // 5, and on request 10
const longestPattern = 4_096;

/**
 * Compiles the filters of a Kinesis mapping, alternatives of each other. Only the `data` key can be filtered on; data
 * that isn't JSON matches no pattern on it. Undefined where there are no filters: every record passes.
 *
 * @throws InvalidFilterCriteria naming the filter by its index.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis-filtering.html
 */
export const compileFilters = (patterns: readonly string[]): RecordFilter | undefined => {
  if (patterns.length > mostFilters) throw new InvalidFilterCriteria(`Filters: at most ${mostFilters} filters`);
  const filters = patterns.map(compileFilter);
  if (filters.length === 0) return undefined;
  return (data) => {
    const parsed = data();
    if (parsed === undefined) return false;
    const event = { data: parsed };
    return filters.some((matches) => matches(event));
  };
};

const compileFilter = (pattern: string, index: number): EventPattern => {
  const refuse = (reason: string, cause?: unknown): never => {
    const path = `Filters[${index}].Pattern`;
    throw new InvalidFilterCriteria(`${path}: Invalid filter pattern definition. ${reason}`, { cause });
  };
  if (pattern.length > longestPattern) refuse(`It has more than ${longestPattern} characters.`);
  try {
    const compiled = compilePattern(pattern);
    const unsupported = fieldsBesideData(JSON.parse(pattern));
    if (unsupported) refuse(unsupported);
    return compiled;
  } catch (error) {
    if (error instanceof InvalidEventPattern) return refuse(error.message, error);
    throw error;
  }
};

const fieldsBesideData = (pattern: Record<string, unknown>): string | undefined => {
  for (const [key, value] of Object.entries(pattern)) {
    if (key === '$or') {
      const found = (value as Record<string, unknown>[]).map(fieldsBesideData).find(Boolean);
      if (found) return found;
    } else if (key === 'data') {
      if (Array.isArray(value)) return 'A pattern on data must be a JSON object.';
    } else if (!key.startsWith('data.')) return `Kinesis event source mappings filter on data only, not on ${key}.`;
  }
  return undefined;
};

/** The data of a record as JSON; undefined where it isn't. */
export const parseData = (data: Uint8Array): unknown => {
  try {
    return JSON.parse(utf8.decode(data));
  } catch {
    return undefined;
  }
};

const utf8 = new TextDecoder('utf-8', { fatal: true });
