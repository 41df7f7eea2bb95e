import { kinesis } from '../runtime/clients.ts';
import { name, readEnv } from '../runtime/env.ts';
import { KinesisEventStream } from '../stores/kinesis-event-stream.ts';
import { publishTaskEvent } from './publish-task-event.ts';

const env = readEnv({ EVENT_STREAM: name });
export const handler = publishTaskEvent(new KinesisEventStream(kinesis(), env.EVENT_STREAM));
