import { InvalidEventPattern } from '../event-pattern/invalid-event-pattern.ts';
import { compilePattern, type EventPattern } from '../event-pattern/pattern.ts';

/** Whether a record goes to the function; asks for what filters see of it, as parsed JSON, only if one needs it. */
export type RecordFilter = (json: () => unknown) => boolean;

/** The filter criteria can't be taken (400). */
export class InvalidFilterCriteria extends Error {
  override readonly name = 'InvalidParameterValueException';
}

const mostFilters = 10; // 5, and on request 10
const longestPattern = 4_096;

/** The kinds of stream, by what their records let filters see. */
export type FilteredSource = 'kinesis' | 'dynamodb';

/** What a filter may name, and which of that holds JSON, so that only an object can stand for it. */
const seen: Record<
  FilteredSource,
  { readonly name: string; readonly fields: readonly string[]; readonly json: string }
> = {
  kinesis: { name: 'Kinesis', fields: ['data'], json: 'data' },
  dynamodb: {
    name: 'DynamoDB',
    fields: [
      'dynamodb',
      'eventName',
      'eventID',
      'eventSource',
      'eventVersion',
      'awsRegion',
      'eventSourceARN',
      'userIdentity',
    ],
    json: 'dynamodb',
  },
};

/**
 * Compiles the filters of a mapping, alternatives of each other. Of a Kinesis record they see the `data`, and data that
 * isn't JSON matches none; of a DynamoDB record all of it. Undefined where there are no filters: every record passes.
 * Where the source isn't known yet, whatever the patterns name is taken to be there.
 *
 * @throws InvalidFilterCriteria naming the filter by its index.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
 */
export const compileFilters = (patterns: readonly string[], source?: FilteredSource): RecordFilter | undefined => {
  if (patterns.length > mostFilters) throw new InvalidFilterCriteria(`Filters: at most ${mostFilters} filters`);
  const filters = patterns.map((pattern, index) => compileFilter(pattern, index, source));
  if (filters.length === 0) return undefined;
  return (json) => {
    const record = json();
    return record !== undefined && filters.some((matches) => matches(record));
  };
};

const compileFilter = (pattern: string, index: number, source: FilteredSource | undefined): EventPattern => {
  const refuse = (reason: string, cause?: unknown): never => {
    const path = `Filters[${index}].Pattern`;
    throw new InvalidFilterCriteria(`${path}: Invalid filter pattern definition. ${reason}`, { cause });
  };
  if (pattern.length > longestPattern) refuse(`It has more than ${longestPattern} characters.`);
  try {
    const compiled = compilePattern(pattern);
    const unsupported = source && fieldsUnseen(JSON.parse(pattern), source);
    if (unsupported) refuse(unsupported);
    return compiled;
  } catch (error) {
    if (error instanceof InvalidEventPattern) return refuse(error.message, error);
    throw error;
  }
};

const fieldsUnseen = (pattern: Record<string, unknown>, source: FilteredSource): string | undefined => {
  const { name, fields, json } = seen[source];
  for (const [key, value] of Object.entries(pattern)) {
    if (key === '$or') {
      const found = (value as Record<string, unknown>[]).map((each) => fieldsUnseen(each, source)).find(Boolean);
      if (found) return found;
    } else if (!fields.some((field) => key === field || key.startsWith(`${field}.`))) {
      return `${name} event source mappings filter on ${fields.length === 1 ? `${json} only` : fields.join(', ')}, not on ${key}.`;
    } else if (key === json && Array.isArray(value)) return `A pattern on ${json} must be a JSON object.`;
  }
  return undefined;
};

/** What filters see of a Kinesis record with this data; undefined where it isn't JSON. */
export const seenOfData = (bytes: Uint8Array): { readonly data: unknown } | undefined => {
  try {
    return { data: JSON.parse(utf8.decode(bytes)) };
  } catch {
    return undefined;
  }
};

const utf8 = new TextDecoder('utf-8', { fatal: true });
