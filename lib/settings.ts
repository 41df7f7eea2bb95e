import * as z from 'zod/mini';

const oneOf = <const Values extends readonly string[]>(values: Values) =>
  z.enum(values, `must be ${values.slice(0, -1).join(', ')} or ${values.at(-1)}`);

const textLike = (form: RegExp, message: string) => z.string().check(z.regex(form, message));

const shardCount = z.pipe(
  textLike(/^([1-9]\d{0,3}|onDemand)$/, 'must be a number of shards from 1 to 9999, or onDemand'),
  z.transform((text) => (text === 'onDemand' ? text : Number(text))),
);

const throttle = z.pipe(
  textLike(/^[1-9]\d{0,4}\/[1-9]\d{0,4}$/, 'must be <requests a second>/<burst>, each from 1 to 99999, like 5000/2500'),
  z.transform((text) => {
    const [ratePerSecond = 0, burst = 0] = text.split('/').map(Number);
    return { ratePerSecond, burst };
  }),
);

const wholeNumber = (min: number, max: number, of: string) => {
  const message = `must be a number of ${of} from ${min} to ${max}`;
  return z.pipe(
    z.pipe(textLike(/^\d{1,5}$/, message), z.transform(Number)),
    z.number().check(z.gte(min, message), z.lte(max, message)),
  );
};

const yesOrNo = z.pipe(
  oneOf(['true', 'false']),
  z.transform((text) => text === 'true'),
);

const names = z.pipe(
  textLike(/^([a-z][a-z0-9-]*(,[a-z][a-z0-9-]*)*)?$/, 'must be names of consumers, separated by commas'),
  z.transform((text): readonly string[] => text.split(',').filter((name) => name !== '')),
);

const regionName = '[a-z]{2}(-[a-z]+)+-[0-9]';
const region = textLike(new RegExp(`^(${regionName})?$`), 'must be the name of a region, like us-west-2');
const regions = z.pipe(
  textLike(
    new RegExp(`^(${regionName}(,${regionName})*)?$`),
    'must be names of regions, separated by commas, like us-west-2,eu-west-1',
  ),
  z.transform((text): readonly string[] => text.split(',').filter((name) => name !== '')),
);

const Context = z.object({
  /** Who may call the API: the holder of its key, a caller who signs with SigV4, or everyone. */
  auth: z.prefault(oneOf(['apiKey', 'iam', 'none']), 'apiKey'),
  /**
   * Half of what an account may take by default (10,000/5,000), so that a flood here leaves its other APIs the rest.
   */
  throttle: z.prefault(throttle, '5000/2500'),
  /** Keeps the data whatever happens to the stack; off, destroying the stack leaves nothing. */
  production: z.prefault(yesOrNo, 'false'),
  /** What the stream takes: 1,000 records and 1 MB a second for each shard. */
  shards: z.prefault(shardCount, '2'),
  /** How many hours the stream keeps a record. */
  retention: z.prefault(wholeNumber(24, 8_760, 'hours'), '24'),
  /** The consumers that read 2 MB a second of their own instead of sharing it. */
  enhancedFanOut: z.prefault(names, ''),
  /** For how many seconds of arrival sales are summed, in each shard. */
  revenueWindow: z.prefault(wholeNumber(1, 900, 'seconds'), '60'),
  /** How many minutes after it happened a sale may arrive and still count to its own minute. */
  revenueLateness: z.prefault(wholeNumber(1, 10_080, 'minutes'), '60'),
  /** Adds two consumers that differ in nothing but their batches, to see what a batch costs. */
  batchingComparison: z.prefault(yesOrNo, 'false'),
  /** Where the stack is deployed; empty: wherever the AWS CLI would go. */
  region: z.prefault(region, ''),
  /** Where copies of the tasks' event log can be read. */
  replicaRegions: z.prefault(regions, ''),
});

const Whole = Context.check((payload) => {
  const { region, replicaRegions } = payload.value;
  if (payload.issues.length > 0 || replicaRegions.length === 0) return;
  const twice = replicaRegions.find((name, place) => name === region || replicaRegions.indexOf(name) !== place);
  if (region !== '' && twice === undefined) return;
  const message =
    twice === undefined ? 'needs -c region=, the region that they are copies of' : `must not name ${twice} twice`;
  payload.issues.push({ code: 'custom', path: ['replicaRegions'], message, input: replicaRegions });
});

/** What can be chosen about the stack, each by `-c key=value` or under `context` in cdk.json. */
export type Settings = Readonly<z.infer<typeof Context>>;

interface WrongSetting {
  readonly key: string;
  readonly value: unknown;
  /** What it may be. */
  readonly message: string;
}

/** What to set otherwise; for a person. */
export class WrongSettings extends Error {
  override readonly name = 'WrongSettings';
  constructor(wrong: readonly WrongSetting[]) {
    super(
      ['Wrong settings:', ...wrong.map(({ key, value, message }) => `  -c ${key}=${value}: ${message}`)].join('\n'),
    );
  }
}

/**
 * The settings, as CDK's context has them: as texts from the command line, as any JSON from cdk.json. Throws one
 * `WrongSettings` that names every wrong key and what it may be, and every word that is no key of ours. CDK's own keys,
 * and those of its plugins, are no words: they have a colon, a slash or a hyphen.
 */
export function readSettings(context: Readonly<Record<string, unknown>>): Settings {
  const keys = Object.keys(Context.shape);
  const given = Object.entries(context).filter(([key]) => keys.includes(key));
  const result = Whole.safeParse(Object.fromEntries(given.map(([key, value]) => [key, String(value)])));
  const unknown = Object.keys(context).filter((key) => /^\w+$/.test(key) && !keys.includes(key));
  if (result.success && unknown.length === 0) return result.data;
  const wrong = [
    ...(result.error?.issues ?? []).map(({ path, message }) => ({ key: String(path[0]), message })),
    ...unknown.map((key) => ({ key, message: `is no setting; there are ${keys.join(', ')}` })),
  ];
  throw new WrongSettings(wrong.map(({ key, message }) => ({ key, value: context[key], message })));
}
