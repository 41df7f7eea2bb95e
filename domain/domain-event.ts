import { OrderPlaced } from './order/order-placed.ts';
import { taskEvents } from './task/task-events.ts';

/** Every event that may lie on the stream, in every version that a consumer reads. */
export const domainEvents = [OrderPlaced, ...taskEvents] as const;
