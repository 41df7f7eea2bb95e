import { workerData } from 'node:worker_threads';
import { defects } from '../../storage/defects.ts';

/** The DynamoDB engine over a store with the defect that `workerData` names. */
defects[(workerData as { readonly defect: string }).defect]?.();
await import('../../../../local/engines/dynamodb/worker.ts');
