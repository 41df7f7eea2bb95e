import { join } from 'node:path';
import * as z from 'zod/mini';
import { NoRuntime, readLocalFiles } from '../local/local-files.ts';
import { Stopped } from './command.ts';

const SlotNames = z.object({ store: z.string(), function: z.string(), mapping: z.string() });
const SlotsOfProjection = z.object({ blue: SlotNames, green: SlotNames });
const Slots = z.object({ orders: SlotsOfProjection, invoices: SlotsOfProjection });

/** What one slot of a projection is made of: the table or bucket, the function's name, the mapping's UUID. */
export type SlotNames = z.infer<typeof SlotNames>;

/** A stack that runs, on this machine or in an account, as `.local` describes it. */
export interface Deployment {
  readonly outputs: Readonly<Record<string, string>>;
  readonly slots: z.infer<typeof Slots>;
  /** The SDK's variables that lead there; none where the SDK finds its own way. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * The stack that `npm start` or `npm run deploy` wrote down in `folder`. Where the caller's own environment already
 * leads somewhere, that counts. Throws `Stopped` where there is none.
 */
export function readDeployment(folder = '.local'): Deployment {
  try {
    const { outputs, environment } = readLocalFiles(folder);
    // An older start may have left its `env`.
    const isHere = /^http:\/\/(127\.0\.0\.1|localhost)[:/]/.test(outputs.ApiUrl ?? '');
    return deployment(outputs, isHere && !process.env.AWS_ENDPOINT_URL_LAMBDA ? environment : regionOf(outputs));
  } catch (error) {
    if (!(error instanceof NoRuntime)) throw error;
    throw new Stopped(`There is no ${join(folder, 'outputs.json')}: run npm start or npm run deploy first.`);
  }
}

/** Where a stack in an account is, as its API's URL says it. */
const regionOf = ({ ApiUrl = '' }: Readonly<Record<string, string>>): Record<string, string> => {
  const [, region] = /\.execute-api\.([a-z0-9-]+)\./.exec(ApiUrl) ?? [];
  return region === undefined ? {} : { AWS_REGION: region };
};

/** The deployment with these outputs. */
export function deployment(
  outputs: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>>,
): Deployment {
  const slots = Slots.safeParse(JSON.parse(outputs.Slots ?? 'null'));
  if (!slots.success)
    throw new Stopped('The stack has no output Slots that can be read: start or deploy this version.');
  return { outputs, slots: slots.data, environment };
}

/** An output's value; throws `Stopped` where the stack has none. */
export function outputOf({ outputs }: Deployment, name: string): string {
  const value = outputs[name];
  if (value === undefined) throw new Stopped(`The stack has no output ${name}: start or deploy this version.`);
  return value;
}
