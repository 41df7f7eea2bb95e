import * as z from 'zod/mini';
import { fieldProblems } from './problem.ts';

const wholeSeconds = '2026-11-22T10:15:30Z';
const milliseconds = '2026-11-22T10:15:30.000Z';
const timeMessage = 'must be ISO 8601 with milliseconds or whole seconds, in UTC';

/**
 * Kept with milliseconds, so that times sort as texts; EventBridge, which tells it in whole seconds,
 * has them read as `.000`.
 */
const Time = z.pipe(
  z.iso
    .datetime(timeMessage)
    .check(z.refine(({ length }) => length === milliseconds.length || length === wholeSeconds.length, timeMessage)),
  z.transform((text) => (text.length === wholeSeconds.length ? `${text.slice(0, -1)}.000Z` : text)),
);

/**
 * A CloudEvents 1.0 envelope in structured mode (https://github.com/cloudevents/spec); extensions are kept.
 * `dataschema` carries the version of the data, `subject` names the aggregate.
 */
const Envelope = z.looseObject({
  specversion: z.literal('1.0', 'must be "1.0"'),
  id: z.string('must be a text').check(z.minLength(1, 'must not be empty')),
  source: z.string('must be a text').check(z.minLength(1, 'must not be empty')),
  type: z.string('must be a text').check(z.minLength(1, 'must not be empty')),
  subject: z.string('must be a text').check(z.minLength(1, 'must not be empty')),
  time: Time,
  datacontenttype: z.literal('application/json', 'must be "application/json"'),
  dataschema: z.string('must be a text').check(z.minLength(1, 'must not be empty')),
  data: z.unknown(),
});

/** One event: the envelope, and data of its own type. */
export interface EventOf<Type extends string = string, Data = unknown> {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: Type;
  readonly subject: string;
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly dataschema: string;
  readonly data: Data;
}

/** One type of event in one version: what its data is, and how to make one. */
export interface EventType<Type extends string = string, Data = unknown> {
  readonly type: Type;
  readonly dataschema: string;
  readonly data: z.ZodMiniType<Data>;
  /**
   * An event that happened: who is to say when, and under which id, is the caller. Extensions stand in the envelope.
   */
  create<Extensions extends object>(
    facts: Pick<EventOf<Type, Data>, 'id' | 'source' | 'subject' | 'time' | 'data'>,
    extensions?: Extensions,
  ): EventOf<Type, Data> & Extensions;
}

/** The events of an event type: `Happened<typeof OrderPlaced>`. */
export type Happened<Definition> = Definition extends EventType<infer Type, infer Data> ? EventOf<Type, Data> : never;

/** Defines an event: a past-tense name, the version of its data from 1, and the data's schema. */
export function event<const Type extends string, Data>(
  type: Type,
  version: number,
  data: z.ZodMiniType<Data>,
): EventType<Type, Data> {
  const dataschema = `urn:event-sourcing:${type}:${version}`;
  return {
    type,
    dataschema,
    data,
    create: ({ id, source, subject, time, data }, extensions) => ({
      specversion: '1.0',
      id,
      source,
      type,
      subject,
      time,
      datacontenttype: 'application/json',
      dataschema,
      ...(extensions as NonNullable<typeof extensions>),
      data,
    }),
  };
}

/** Why a value is no event that the reader knows. */
export type Unreadable = 'not-json' | 'no-envelope' | 'unknown-type' | 'unknown-version' | 'bad-data';

/** A record that no reader can make sense of, now or on the next try. */
export class UnreadableEvent extends Error {
  override readonly name = 'UnreadableEvent';
  readonly code: Unreadable;
  constructor(code: Unreadable, detail: string) {
    super(`${code}: ${detail}`);
    this.code = code;
  }
}

/** Reads events of the given types from parsed JSON; the reader throws `UnreadableEvent` for anything else. */
export function eventReader<Definition extends EventType>(
  definitions: readonly Definition[],
): (value: unknown) => Happened<Definition> {
  const types = new Set<string>(definitions.map(({ type }) => type));
  const bySchema = new Map(
    definitions.map((definition) => [`${definition.type} ${definition.dataschema}`, definition]),
  );
  return (value) => {
    const envelope = Envelope.safeParse(value);
    if (!envelope.success) throw new UnreadableEvent('no-envelope', explain(envelope.error.issues, []));
    const { type, dataschema } = envelope.data;
    const definition = bySchema.get(`${type} ${dataschema}`);
    if (!definition) {
      if (!types.has(type)) throw new UnreadableEvent('unknown-type', type);
      throw new UnreadableEvent('unknown-version', `${type} with the data of ${dataschema}`);
    }
    const data = definition.data.safeParse(envelope.data.data);
    if (!data.success) throw new UnreadableEvent('bad-data', explain(data.error.issues, ['data']));
    return { ...envelope.data, data: data.data } as Happened<Definition>;
  };
}

const explain = (issues: readonly z.core.$ZodIssue[], root: readonly string[]) =>
  fieldProblems(issues.slice(0, 10), root)
    .map(({ field, detail }) => (field ? `${field} ${detail}` : detail))
    .join('; ');
