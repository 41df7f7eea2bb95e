import { InMemoryOrders } from '../../support/events.ts';
import { ordersContract } from './orders-contract.ts';

describe('orders in memory', () => {
  const orders = new InMemoryOrders();
  ordersContract(() => orders);
});
