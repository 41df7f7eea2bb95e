import { invalidParameter, missingParameter, SqsError } from './errors.ts';

/** The parsed body of a call. */
export type Input = Readonly<Record<string, unknown>>;

/** A parameter that is text; throws where it is anything else. */
export const optionalText = (input: Input, name: string): string | undefined => {
  const value = input[name] ?? undefined;
  if (value !== undefined && typeof value !== 'string') throw wrongType(name);
  return value;
};

export const text = (input: Input, name: string): string => {
  const value = optionalText(input, name);
  if (!value) throw missingParameter(name);
  return value;
};

/** A whole number in a range; `byDefault` where the call has none. */
export const integer = (input: Input, name: string, least: number, most: number, byDefault: number): number => {
  const value = input[name] ?? byDefault;
  if (typeof value !== 'number' || !Number.isInteger(value)) throw wrongType(name);
  if (value >= least && value <= most) return value;
  throw invalidParameter(
    `Value ${value} for parameter ${name} is invalid. Reason: Must be between ${least} and ${most}, if provided.`,
  );
};

export const names = (input: Input, name: string): readonly string[] => {
  const value = input[name] ?? [];
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value;
  throw wrongType(name);
};

/** A map whose values are text. */
export const texts = (input: Input, name: string): Readonly<Record<string, string>> => {
  const value = input[name] ?? {};
  if (isObject(value) && Object.values(value).every((one) => typeof one === 'string'))
    return value as Readonly<Record<string, string>>;
  throw wrongType(name);
};

export const isObject = (value: unknown): value is Input =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const wrongType = (name: string) => new SqsError('SerializationException', `${name} is of another type.`);

/** Runs a batch: each entry by itself, with its result or the error that it has. */
export const batch = (input: Input, run: (entry: Input) => object): object => {
  const entries = input.Entries ?? [];
  if (!Array.isArray(entries) || !entries.every(isObject)) throw wrongType('Entries');
  if (entries.length === 0) throw new SqsError('EmptyBatchRequest', "The batch request doesn't contain any entries.");
  if (entries.length > 10)
    throw new SqsError('TooManyEntriesInBatchRequest', 'Maximum number of entries per request are 10.');
  const ids = entries.map(({ Id }) => String(Id ?? ''));
  if (!ids.every((id) => /^[\w-]{1,80}$/.test(id))) {
    const message =
      'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.';
    throw new SqsError('InvalidBatchEntryId', message);
  }
  if (new Set(ids).size < ids.length)
    throw new SqsError('BatchEntryIdsNotDistinct', 'Two or more batch entries in the request have the same Id.');

  const [Successful, Failed]: [object[], object[]] = [[], []];
  for (const [index, entry] of entries.entries()) {
    const Id = ids[index];
    try {
      Successful.push({ Id, ...run(entry) });
    } catch (error) {
      if (!(error instanceof SqsError)) throw error;
      Failed.push({ Id, SenderFault: true, Code: error.code, Message: error.message });
    }
  }
  return { Successful, Failed };
};
