import { startDynamoDb } from '../../../../local/engines/dynamodb.ts';
import { startEngineThread } from '../../../../local/engines/engine-thread.ts';

/**
 * A process that holds the DynamoDB engine over the folder of its first argument, until it is killed or its input ends.
 * The second argument puts a defect into the store, by its name in `defective-worker.ts`.
 */
const [path = '', defect] = process.argv.slice(2);
const engine = defect
  ? await startEngineThread({
      name: 'DynamoDB',
      module: new URL('./defective-worker.ts', import.meta.url),
      workerData: { path, defect, retentionMs: 86_400_000 } as { path: string },
    })
  : await startDynamoDb({ path });
console.log(engine.url);
process.stdin.resume().once('end', () => void engine.close());
