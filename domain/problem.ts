import type * as z from 'zod/mini';

/** One wrong field: where it is, and what would be right. */
export interface FieldProblem {
  /** Dotted, from the root of what was sent: `order.details.unitprice`, `orders[3].city`. */
  readonly field: string;
  readonly detail: string;
}

type Path = readonly PropertyKey[];

const maxNameLength = 100;
const maxPathLength = 200;

/**
 * `['orders', 3, 'city']` as `orders[3].city`; cut where it is long, so that an answer stays small whatever was sent.
 */
export function fieldPath(path: Path): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else text += (text && '.') + cut(String(step), maxNameLength);
  }
  return cut(text, maxPathLength);
}

const cut = (text: string, length: number) =>
  (text.length > length ? `${text.slice(0, length)}…` : text).toWellFormed();

/** Every issue that a schema found, below `root`. */
export const fieldProblems = (issues: readonly z.core.$ZodIssue[], root: Path): FieldProblem[] =>
  issues.flatMap((issue) => {
    const path = [...root, ...issue.path];
    if (issue.code !== 'unrecognized_keys') return [{ field: fieldPath(path), detail: issue.message }];
    return issue.keys.map((name) => ({ field: fieldPath([...path, name]), detail: 'is not known here' }));
  });
