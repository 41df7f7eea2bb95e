import { StartError } from '../start-error.ts';

/**
 * The names of `dependencies` (name to the names that it needs first) in an order in which each comes after all that it
 * needs; names that are no keys are passed over. Throws a `StartError` that names the cycle where there is one.
 */
export const creationOrder = (dependencies: ReadonlyMap<string, ReadonlySet<string>>): string[] => {
  const order = new Set<string>();
  const way: string[] = [];
  const visit = (name: string): void => {
    if (order.has(name)) return;
    const start = way.indexOf(name);
    if (start >= 0) {
      throw new StartError(`the resources need each other in a circle: ${[...way.slice(start), name].join(' → ')}`);
    }
    way.push(name);
    for (const needed of dependencies.get(name) ?? []) if (dependencies.has(needed)) visit(needed);
    way.pop();
    order.add(name);
  };
  for (const name of dependencies.keys()) visit(name);
  return [...order];
};
