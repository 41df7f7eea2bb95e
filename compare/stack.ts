import { join } from 'node:path';
import { leaveAws } from '../bench/processes.ts';
import { readLocalFiles } from '../local/local-files.ts';
import type { MetricsSnapshot } from '../local/metrics/metrics.ts';
import { laptopPace } from '../local/pace.ts';
import { type LocalStack, type StartLocalOptions, startLocal } from '../local/start-local.ts';
import { synthesize } from '../local/synthesize.ts';

/** A stack with both consumers, and what is needed to use it. */
export interface ComparedStack {
  readonly outputs: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
  readonly apiUrl: string;
  readonly apiKey: string | undefined;
  metrics(): Promise<MetricsSnapshot>;
  /** Ends it, where it was started for this comparison. */
  close(): Promise<void>;
}

/** What is wrong is told in the message, for the person at the terminal. */
export class ComparisonError extends Error {
  override readonly name = 'ComparisonError';
}

const neededOutputs = ['PutItem1FunctionName', 'PutItem2FunctionName', 'PutItem1TableName', 'PutItem2TableName'];

/**
 * The `npm start` that runs in this folder; undefined where there is none. Throws where its
 * stack has no such consumers.
 */
export const findRunning = async (): Promise<ComparedStack | undefined> => {
  let files: ReturnType<typeof readLocalFiles>;
  try {
    files = readLocalFiles('.local');
  } catch {
    return undefined;
  }
  const { outputs, environment, apiKey } = files;
  const url = environment.LOCAL_METRICS_URL;
  const metrics = async () => (await (await fetch(url ?? '')).json()) as MetricsSnapshot;
  if (!(await metrics().catch(() => undefined))) return undefined;
  const missing = neededOutputs.filter((name) => outputs[name] === undefined);
  if (missing.length > 0) {
    throw new ComparisonError(
      'the runtime that runs here has no put-item-1 and put-item-2: start it by `npm start -- -c batchingComparison=true`, ' +
        'or stop it, and one of its own is started',
    );
  }
  return { outputs, environment, apiUrl: outputs.ApiUrl ?? '', apiKey, metrics, close: async () => {} };
};

/** Starts a runtime in this process, on a port, in a folder and with engines of its own, wherever the shell leads. */
export const startOwn = async (
  say: (line: string) => void,
  options: Partial<StartLocalOptions> = {},
): Promise<ComparedStack> => {
  const assembly = join('.local', 'batching-assembly');
  const context = { batchingComparison: 'true' };
  await synthesize({ root: '.', output: assembly, context, onStart: () => say('synthesizing the app …') });
  leaveAws();
  const stack: LocalStack = await startLocal({ assembly, pace: laptopPace, ...options });
  const { outputs, environment, apiUrl = '', apiKey } = stack;
  return { outputs, environment, apiUrl, apiKey, metrics: () => stack.metrics(), close: () => stack.close() };
};

/** What an output of the stack says. */
export const output = ({ outputs }: Pick<ComparedStack, 'outputs'>, name: string): string => {
  const value = outputs[name];
  if (value === undefined) throw new ComparisonError(`the stack has no output ${name}`);
  return value;
};

/** How an SDK client reaches a service of the stack. */
export const clientSettings = ({ environment }: ComparedStack, service: 'DYNAMODB' | 'KINESIS' | 'LAMBDA') => ({
  region: environment.AWS_REGION ?? '',
  endpoint: environment[`AWS_ENDPOINT_URL_${service}`] ?? '',
  credentials: {
    accessKeyId: environment.AWS_ACCESS_KEY_ID ?? '',
    secretAccessKey: environment.AWS_SECRET_ACCESS_KEY ?? '',
  },
});
