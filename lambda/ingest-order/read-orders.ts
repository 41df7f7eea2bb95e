import { NewOrder, type Order } from '../../domain/order/order.ts';
import { type FieldProblem, fieldPath, fieldProblems } from '../../domain/problem.ts';
import { invalid } from '../runtime/http.ts';
import type { Flaw } from '../runtime/json.ts';
import { flawProblem, parseBody } from '../runtime/json-body.ts';

/**
 * One order of a post, by its place there and in the body, such as `orders[3]`: valid, or with every wrong field of it.
 */
export type ReadOrder = ValidOrder | InvalidOrder;
interface ValidOrder {
  readonly index: number;
  readonly field: string;
  readonly order: Order;
}
export interface InvalidOrder {
  readonly index: number;
  readonly field: string;
  readonly errors: readonly FieldProblem[];
}

const maxOrders = 500;

/**
 * Reads `{"order":{…}}` or `{"orders":[…]}`. Throws a `Problem` where the body as a whole is wrong; a wrong order of a
 * batch costs its neighbours nothing.
 */
export function readOrders(text: string): ReadOrder[] {
  const { value, flaws } = parseBody(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid([{ field: 'body', detail: 'must be an object that holds either order or orders' }]);
  }
  const body = value as Record<string, unknown>;
  const errors: FieldProblem[] = [];
  for (const name of Object.keys(body)) {
    if (name !== 'order' && name !== 'orders') errors.push({ field: fieldPath([name]), detail: 'is not known here' });
  }
  if (Object.hasOwn(body, 'order') === Object.hasOwn(body, 'orders')) {
    errors.push({ field: 'order', detail: 'must be given, or else orders, and not both' });
  }
  const orders = Object.hasOwn(body, 'orders') ? body.orders : [body.order];
  if (!Array.isArray(orders) || orders.length === 0 || orders.length > maxOrders) {
    errors.push({ field: 'orders', detail: `must be a list of 1 to ${maxOrders} orders` });
  }
  const isBatch = Object.hasOwn(body, 'orders');
  const flawsOf = Map.groupBy(flaws, ({ path }) => (isBatch ? path[1] : path[0]));
  errors.push(...(flawsOf.get(undefined) ?? []).map(flawProblem));
  if (errors.length > 0) throw invalid(errors);
  return (orders as unknown[]).map((order, index) => {
    if (isBatch) return readOrder(order, index, ['orders', index], flawsOf.get(index));
    return readOrder(order, index, ['order'], flaws);
  });
}

function readOrder(value: unknown, index: number, path: Flaw['path'], flaws: readonly Flaw[] = []): ReadOrder {
  const field = fieldPath(path);
  const result = NewOrder.safeParse(value);
  if (result.success && flaws.length === 0) return { index, field, order: result.data };
  return { index, field, errors: [...flaws.map(flawProblem), ...fieldProblems(result.error?.issues ?? [], path)] };
}
