import { kinesis } from '../runtime/clients.ts';
import { name, readEnv } from '../runtime/env.ts';
import { KinesisOrderStream } from '../stores/order-stream.ts';
import { publishTaskEvent } from './publish-task-event.ts';

const env = readEnv({ EVENT_STREAM: name });
export const handler = publishTaskEvent(new KinesisOrderStream(kinesis(), env.EVENT_STREAM));
