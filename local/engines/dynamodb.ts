import type { CountingEngine } from './engine.ts';
import { type OnCrash, startEngineThread } from './engine-thread.ts';

export interface DynamoDbOptions {
  /** The folder that holds the tables; made where it is missing. */
  readonly path: string;
  readonly onCrash?: OnCrash;
}

/**
 * DynamoDB, played by dynalite. A call may name its table by its ARN, as on AWS.
 *
 * Not there: streams, transactions, time to live, PartiQL, backups.
 */
export function startDynamoDb({ path, onCrash }: DynamoDbOptions): Promise<CountingEngine> {
  return startEngineThread({
    name: 'DynamoDB',
    module: new URL('./dynamodb-worker.ts', import.meta.url),
    workerData: { path },
    onCrash,
  });
}
