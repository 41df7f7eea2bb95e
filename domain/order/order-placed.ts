import { event, type Happened } from '../event.ts';
import { Order } from './order.ts';

/** A client placed an order. Its subject is `accountid/vendorid`. */
export const OrderPlaced = event('OrderPlaced', 1, Order);
export type OrderPlaced = Happened<typeof OrderPlaced>;
