import { afterEach } from '@jest/globals';
import { type LocalStack, type StartLocalOptions, startLocal } from '../../../local/start-local.ts';
import { type ProbeTemplate, writeAssembly } from '../../support/assembly.ts';

const running: LocalStack[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((stack) => stack.close()));
});

/** Starts a stack of `template`, which is closed after the test. */
export const startProbe = async (
  template: ProbeTemplate,
  options: Partial<StartLocalOptions> = {},
  assets: Parameters<typeof writeAssembly>[1] = {},
): Promise<LocalStack> => {
  const stack = await startLocal({ assembly: writeAssembly(template, assets), ...options });
  running.push(stack);
  return stack;
};

/** What a client of the SDK needs to reach a service of the stack. */
export const clientOf = (
  { environment }: LocalStack,
  service: 'KINESIS' | 'DYNAMODB' | 'DYNAMODB_STREAMS' | 'S3' | 'SQS' | 'LAMBDA',
) => ({
  region: 'us-east-1',
  endpoint: environment[`AWS_ENDPOINT_URL_${service}`] ?? '',
  credentials: {
    accessKeyId: environment.AWS_ACCESS_KEY_ID ?? '',
    secretAccessKey: environment.AWS_SECRET_ACCESS_KEY ?? '',
  },
});
