import { parseArgs } from 'node:util';

/** What `npm start --` was told. */
export interface CommandLine {
  readonly help: boolean;
  readonly port: number;
  readonly environments: number;
  readonly awsPace: boolean;
  readonly dataDir?: string;
  readonly salvage: boolean;
  readonly assembly?: string;
  readonly context: Readonly<Record<string, string>>;
}

/** The command line can't be understood; the message is one line that names the flag. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const help = `Usage: npm start -- [flags]

Synthesizes the CDK app of this folder and runs its stack on this machine.

  --port N           the port of the API (default 3000; 0 takes any free one)
  --data-dir DIR     keeps the data there and takes it up again (default: a temporary folder that goes on exit)
  --salvage          keeps what is whole of a damaged --data-dir, and prints what is gone
  --assembly DIR     runs this cloud assembly, e.g. cdk.out, instead of synthesizing
  -c key=value       context for synthesis, as of the CDK; may be given several times
  --environments N   at most N execution environments a function (default 3)
  --aws-pace         polls, backs off, waits and counts ages as AWS does
  --help             shows this

Writes .local/outputs.json, .local/env (to be sourced by a shell) and .local/api-key.
Ctrl-C finishes what is under way and ends; a second Ctrl-C ends at once.`;

/** Reads the arguments. Throws a `UsageError` at anything that it doesn't know. */
export const readCommandLine = (args: readonly string[]): CommandLine => {
  const { values } = parse(args);
  const { port = '3000', environments = '3', 'data-dir': dataDir, assembly, context: pairs = [] } = values;
  if (assembly !== undefined && pairs.length > 0) {
    throw new UsageError('-c changes nothing with --assembly: an assembly is synthesized already');
  }
  if (values.salvage && dataDir === undefined)
    throw new UsageError('--salvage needs --data-dir: which one it is about');
  return {
    help: values.help ?? false,
    awsPace: values['aws-pace'] ?? false,
    salvage: values.salvage ?? false,
    port: integer('--port', port, 0, 65_535),
    environments: integer('--environments', environments, 1, 1_000),
    ...(dataDir === undefined ? {} : { dataDir: directory('--data-dir', dataDir) }),
    ...(assembly === undefined ? {} : { assembly: directory('--assembly', assembly) }),
    context: Object.fromEntries(pairs.map(pair)),
  };
};

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: 'string' },
        'data-dir': { type: 'string' },
        salvage: { type: 'boolean' },
        assembly: { type: 'string' },
        context: { type: 'string', short: 'c', multiple: true },
        environments: { type: 'string' },
        'aws-pace': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    const [sentence] = (error as Error).message.split(/\.?\s*\n|\. /);
    throw new UsageError(`${sentence}; --help lists the flags`);
  }
};

const integer = (flag: string, value: string, min: number, max: number): number => {
  const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw new UsageError(`${flag} takes a whole number from ${min} to ${max}, not ${JSON.stringify(value)}`);
};

const directory = (flag: string, value: string): string => {
  if (value !== '') return value;
  throw new UsageError(`${flag} takes a directory`);
};

const pair = (text: string): [string, string] => {
  const equals = text.indexOf('=');
  if (equals > 0) return [text.slice(0, equals), text.slice(equals + 1)];
  throw new UsageError(`-c takes key=value, not ${JSON.stringify(text)}`);
};
