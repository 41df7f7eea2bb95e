import { hash } from 'node:crypto';
import {
  projectedTypes,
  type Slot,
  type SlottedProjection,
  slots,
  slottedProjections,
} from '../../lambda/stores/slot.ts';
import { oneOf, readArguments, UsageError } from '../command.ts';
import type { Source } from '../events/collect.ts';
import type { Selection } from '../events/selection.ts';

const help = `Usage: npm run replay -- --projection orders|invoices [flags]
       npm run replay -- --list [flags]

Feeds events once more to a projection, at their original positions and in the order of each key, by invoking its own
function. What a projection has met already changes nothing. Killed while it feeds, the same command goes on from half a
second before, if it is given within an hour; killed while it collects, it begins anew.

  --projection NAME   orders or invoices
  --slot NAME         blue or green (default: the one that is read)
  --list              counts what there is, by type and by hour, and feeds nothing
  --from-stream       from the stream itself, as far as it reaches back, without the archive
  --from TIME         what arrived from then on, e.g. 2026-11-22T10:00Z
  --to TIME           what arrived before then (default: now)
  --types A,B         only these types of event
  --subjects A,B      only these aggregates, e.g. a1/v1
  --skip-failing      goes past records that the function can't handle, and names them
  --restart           forgets how far an interrupted replay was
  --help              shows this

Reads .local/outputs.json and .local/env, or the SDK's own variables for an account.`;

/** What `npm run replay --` was told. */
export interface CommandLine {
  /** Undefined: to list only. */
  readonly projection?: SlottedProjection;
  readonly slot?: Slot;
  readonly source: Source;
  readonly selection: Omit<Selection, 'toMs'> & { readonly toMs?: number };
  readonly skipFailing: boolean;
  readonly restart: boolean;
}

/** Reads the arguments; undefined once help was shown. Throws a `UsageError` that names the flag. */
export function readCommandLine(args: readonly string[]): CommandLine | undefined {
  const values = readArguments(
    args,
    {
      projection: { type: 'string' },
      slot: { type: 'string' },
      list: { type: 'boolean' },
      'from-stream': { type: 'boolean' },
      from: { type: 'string' },
      to: { type: 'string' },
      types: { type: 'string' },
      subjects: { type: 'string' },
      'skip-failing': { type: 'boolean' },
      restart: { type: 'boolean' },
    },
    help,
  );
  if (!values) return undefined;
  const { list = false, projection } = values;
  if (list === (projection !== undefined))
    throw new UsageError('either --projection or --list is needed; --help says more');
  const foreign = (['slot', 'skip-failing', 'restart'] as const).find((flag) => values[flag] !== undefined);
  if (list && foreign) throw new UsageError(`--${foreign} changes nothing with --list`);
  const named = projection === undefined ? undefined : oneOf('--projection', projection, slottedProjections);
  const given = values.types === undefined ? undefined : names('--types', values.types);
  const fromMs = values.from === undefined ? undefined : time('--from', values.from);
  const toMs = values.to === undefined ? undefined : time('--to', values.to);
  if (fromMs !== undefined && toMs !== undefined && fromMs >= toMs) throw new UsageError('--from must lie before --to');
  const types = named === undefined ? given : typesOf(named, given);
  return {
    ...(named !== undefined && { projection: named }),
    ...(values.slot !== undefined && { slot: oneOf('--slot', values.slot, slots) }),
    source: values['from-stream'] ? 'stream' : 'archive',
    selection: {
      ...(fromMs !== undefined && { fromMs }),
      ...(toMs !== undefined && { toMs }),
      ...(types !== undefined && { types }),
      ...(values.subjects !== undefined && { subjects: names('--subjects', values.subjects) }),
    },
    skipFailing: values['skip-failing'] ?? false,
    restart: values.restart ?? false,
  };
}

/** Tells two different replays apart, and knows the same one of the same stack again. */
export const replayName = ({ projection, source, selection }: CommandLine, slot: Slot, identity: string): string =>
  `${projection}-${slot}-${hash('sha256', JSON.stringify([source, selection, identity])).slice(0, 12)}`;

const typesOf = (projection: SlottedProjection, given: readonly string[] | undefined): readonly string[] => {
  const own: readonly string[] = projectedTypes[projection];
  const foreign = given?.find((type) => !own.includes(type));
  if (foreign === undefined) return given ?? own;
  throw new UsageError(`--types: the ${projection} are made of ${own.join(', ')}, not of ${foreign}`);
};

const names = (flag: string, text: string): readonly string[] => {
  const all = text.split(',').filter((name) => name !== '');
  if (all.length > 0) return all;
  throw new UsageError(`${flag} takes names, separated by commas`);
};

/** ISO 8601; without a zone it is UTC. */
const time = (flag: string, text: string): number => {
  const [, date, hours = '00:00', zone = 'Z'] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?))?(Z|[+-]\d\d:\d\d)?$/.exec(text) ?? [];
  const ms = isOfCalendar(date) ? Date.parse(`${date}T${hours}${zone}`) : Number.NaN;
  if (ms > Date.now()) throw new UsageError(`${flag} must not lie in the future`);
  if (!Number.isNaN(ms)) return ms;
  throw new UsageError(`${flag} takes a time such as 2026-11-22T10:15:00Z, not ${JSON.stringify(text)}`);
};

/** `Date.parse` takes 31 February for 3 March. */
const isOfCalendar = (date: string | undefined): boolean =>
  date !== undefined && new Date(Date.parse(date)).toJSON()?.startsWith(date);
