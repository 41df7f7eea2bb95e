import { OrderPlaced } from './order/order-placed.ts';
import { SaleRecorded } from './revenue/sale-recorded.ts';
import { taskEvents } from './task/task-events.ts';

/** Every event that may lie on the stream, in every version that a consumer reads. */
export const domainEvents = [OrderPlaced, SaleRecorded, ...taskEvents] as const;
