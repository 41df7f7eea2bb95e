import { type SlottedProjection, slottedProjections } from '../../lambda/stores/slot.ts';
import { oneOf, readArguments, UsageError } from '../command.ts';
import type { Source } from '../events/collect.ts';

const help = `Usage: npm run rebuild -- --projection orders|invoices [flags]

Makes a projection anew beside the one that is read, from the events: empties its idle slot, replays everything into it
while orders keep coming, lets it follow the stream, compares both slots, and switches readers over if they are the
same. After a kill the same command goes on with the step that it was at: feeding from half a second before, collecting
and comparing anew. The old slot keeps following until it is emptied.

  --projection NAME   orders or invoices
  --from-stream       from the stream itself, as far as it reaches back, without the archive
  --accept            switches although the slots differ, as they should once a mistake in the code is mended
  --rollback          switches readers back to the slot that they used before
  --empty-old         stops the slot that nobody reads, and empties it
  --skip-failing      goes past records that the function can't handle, and names them
  --restart           begins anew, whatever an interrupted rebuild has done
  --help              shows this

Reads .local/outputs.json and .local/env, or the SDK's own variables for an account.`;

/** What `npm run rebuild --` was told. */
export interface CommandLine {
  readonly projection: SlottedProjection;
  readonly task: 'rebuild' | 'rollback' | 'empty-old';
  readonly source: Source;
  readonly accept: boolean;
  readonly skipFailing: boolean;
  readonly restart: boolean;
}

/** Reads the arguments; undefined once help was shown. Throws a `UsageError` that names the flag. */
export function readCommandLine(args: readonly string[]): CommandLine | undefined {
  const values = readArguments(
    args,
    {
      projection: { type: 'string' },
      'from-stream': { type: 'boolean' },
      accept: { type: 'boolean' },
      rollback: { type: 'boolean' },
      'empty-old': { type: 'boolean' },
      'skip-failing': { type: 'boolean' },
      restart: { type: 'boolean' },
    },
    help,
  );
  if (!values) return undefined;
  const { projection, rollback = false, 'empty-old': emptyOld = false, ...ofRebuild } = values;
  if (projection === undefined) throw new UsageError('--projection is needed; --help says more');
  if (rollback && emptyOld) throw new UsageError('--rollback and --empty-old exclude each other');
  const [foreign] = Object.keys(ofRebuild).filter((name) => name !== 'help');
  if ((rollback || emptyOld) && foreign !== undefined)
    throw new UsageError(`--${foreign} changes nothing with ${rollback ? '--rollback' : '--empty-old'}`);
  return {
    projection: oneOf('--projection', projection, slottedProjections),
    task: rollback ? 'rollback' : emptyOld ? 'empty-old' : 'rebuild',
    source: values['from-stream'] ? 'stream' : 'archive',
    accept: values.accept ?? false,
    skipFailing: values['skip-failing'] ?? false,
    restart: values.restart ?? false,
  };
}
