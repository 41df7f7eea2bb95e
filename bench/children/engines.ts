import { endpointVariable, startEngines } from '../../local/start-engines.ts';
import { answerJobs } from '../child.ts';

/** Where the engines keep their data. */
export interface EnginesJob {
  readonly dataDir: string;
}

/**
 * The runtime's engines and nothing else, in worker threads as there. Answers with the environment in which an SDK
 * reaches them.
 */
answerJobs<EnginesJob, Record<string, string>>(async ({ dataDir }) => {
  const credentials = { accessKeyId: 'BENCHMARK', secretAccessKey: 'benchmark' };
  const keys = new Map([[credentials.accessKeyId, credentials.secretAccessKey]]);
  const { urls } = await startEngines(new Set(['kinesis', 'dynamodb', 's3']), dataDir, keys);
  return {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    ...Object.fromEntries([...urls].map(([service, url]) => [endpointVariable(service), url])),
  };
});
