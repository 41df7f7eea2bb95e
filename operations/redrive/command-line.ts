import { readArguments, UsageError } from '../command.ts';

const help = `Usage: npm run redrive
       npm run redrive -- --all | --id ID | --function NAME [--drive] [--yes]
       npm run redrive -- --show ID
       npm run redrive -- --edit ID [--with FILE]
       npm run redrive -- --dismiss ID

Lists what the mappings of the stack gave up and set aside, or hands it to its own function once more, in the order of
each key. Without --drive it only says what would be done. What succeeds is marked done and not redriven again; each
redrive leaves an audit record in the bucket, under redrive/audit/.

  --id ID           what the list names so; several by commas or by several flags
  --function NAME   whatever was given up by functions with this in their name
  --all             everything
  --drive           does it
  --yes             without asking, also for more than 10 records
  --show ID         prints the records, as --edit takes them (into a file by npm run --silent, without npm's own lines)
  --edit ID         changes the payload in $EDITOR; the original is kept
  --with FILE       takes the changed payload from a file
  --dismiss ID      takes it off the list, redriven or not, with an audit record
  --help            shows this

What check-event had refused goes on to the projections that want it, once check-event takes it.
superseded: a newer event of that key has passed, so that the function will not take this one.
Reads .local/outputs.json and .local/env, or the SDK's own variables for an account.`;

/** What `npm run redrive --` was told. */
export type CommandLine =
  | { readonly action: 'list' }
  | { readonly action: 'show'; readonly id: string }
  | { readonly action: 'dismiss'; readonly id: string }
  | { readonly action: 'edit'; readonly id: string; readonly file?: string }
  | { readonly action: 'redrive'; readonly chosen: Chosen; readonly drive: boolean; readonly yes: boolean };

export interface Chosen {
  readonly all: boolean;
  readonly ids: readonly string[];
  readonly functionPart?: string;
}

/** Reads the arguments; undefined once help was shown. Throws a `UsageError` that names the flag. */
export function readCommandLine(args: readonly string[]): CommandLine | undefined {
  const values = readArguments(
    args,
    {
      id: { type: 'string', multiple: true },
      function: { type: 'string' },
      all: { type: 'boolean' },
      drive: { type: 'boolean' },
      yes: { type: 'boolean' },
      show: { type: 'string' },
      dismiss: { type: 'string' },
      edit: { type: 'string' },
      with: { type: 'string' },
    },
    help,
  );
  if (!values) return undefined;
  const { all = false, drive = false, yes = false, show, dismiss, edit, with: file } = values;
  const ids = (values.id ?? []).flatMap((text) => text.split(',')).map((text) => id('--id', text));
  const functionPart = values.function;
  const ways = { '--id': ids.length > 0, '--function': functionPart !== undefined, '--all': all };
  const others = { '--show': show !== undefined, '--edit': edit !== undefined, '--dismiss': dismiss !== undefined };
  const used = Object.entries({ ...ways, ...others }).flatMap(([flag, given]) => (given ? [flag] : []));
  if (used.length > 1) throw new UsageError(`${used.join(' and ')} do not go together`);
  const [flag] = used;
  const redrives = flag !== undefined && flag in ways;
  if ((drive || yes) && !redrives)
    throw new UsageError(`${drive ? '--drive' : '--yes'} needs --id, --function or --all`);
  if (file !== undefined && edit === undefined) throw new UsageError('--with needs --edit');
  if (functionPart === '') throw new UsageError('--function takes a part of a name');
  if (dismiss !== undefined) return { action: 'dismiss', id: id('--dismiss', dismiss) };
  if (show !== undefined) return { action: 'show', id: id('--show', show) };
  if (edit !== undefined) return { action: 'edit', id: id('--edit', edit), ...(file !== undefined && { file }) };
  if (!redrives) return { action: 'list' };
  const chosen = { all, ids, ...(functionPart !== undefined && { functionPart }) };
  return { action: 'redrive', chosen, drive, yes };
}

const id = (flag: string, text: string): string => {
  if (/^[0-9a-f-]{4,36}$/.test(text)) return text;
  throw new UsageError(`${flag} takes an id from the list, such as 3f2a91bc, not ${JSON.stringify(text)}`);
};
