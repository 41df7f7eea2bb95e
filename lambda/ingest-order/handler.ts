import { kinesis } from '../runtime/clients.ts';
import { name, readEnv } from '../runtime/env.ts';
import { KinesisOrderStream } from '../stores/order-stream.ts';
import { ingestOrder } from './ingest-order.ts';

const env = readEnv({ ORDER_STREAM: name });
export const handler = ingestOrder(new KinesisOrderStream(kinesis(), env.ORDER_STREAM));
