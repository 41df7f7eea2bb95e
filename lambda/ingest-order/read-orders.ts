import { Order } from '../../domain/order/order.ts';
import { type FieldProblem, fieldPath, fieldProblems } from '../../domain/problem.ts';
import { invalid, unreadable } from '../runtime/http.ts';
import { type Flaw, readJson } from '../runtime/json.ts';

/** What became of one order of a post: the order, or every wrong field of it. */
export type ReadOrder =
  | { readonly index: number; readonly order: Order }
  | { readonly index: number; readonly errors: readonly FieldProblem[] };

export const maxOrders = 500;

/**
 * Reads `{"order":{…}}` or `{"orders":[…]}`. Throws a `Problem` where the body as a whole is wrong; a wrong order of a
 * batch costs its neighbours nothing.
 */
export function readOrders(text: string): ReadOrder[] {
  const { value, flaws } = parse(text);
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
  const rootLength = Object.hasOwn(body, 'orders') ? 2 : 1;
  const flawsOf = Map.groupBy(flaws, ({ path }) =>
    path.length < rootLength ? undefined : (path[rootLength - 1] ?? undefined),
  );
  errors.push(...(flawsOf.get(undefined) ?? []).map(toProblem));
  if (errors.length > 0) throw invalid(errors);
  return (orders as unknown[]).map((order, index) => {
    const isBatch = rootLength === 2;
    return readOrder(
      order,
      index,
      isBatch ? ['orders', index] : ['order'],
      flawsOf.get(isBatch ? index : 'order') ?? [],
    );
  });
}

function parse(text: string) {
  try {
    return readJson(text);
  } catch (error) {
    throw unreadable(`must be JSON (${(error as Error).message.slice(0, 200).toWellFormed()})`);
  }
}

function readOrder(
  value: unknown,
  index: number,
  root: readonly (string | number)[],
  flaws: readonly Flaw[],
): ReadOrder {
  const result = Order.safeParse(value);
  if (result.success && flaws.length === 0) return { index, order: result.data };
  return { index, errors: [...flaws.map(toProblem), ...fieldProblems(result.error?.issues ?? [], root)] };
}

const toProblem = ({ path, detail }: Flaw): FieldProblem => ({ field: fieldPath(path) || 'body', detail });
