/** What a path leads to, and what its `{parameters}` stand for; `null` where it has none, as the event says it. */
export interface Match<Target> {
  readonly target: Target;
  readonly pathParameters: Readonly<Record<string, string>> | null;
}

interface Node<Target> {
  target?: Target;
  readonly segments: Map<string, Node<Target>>;
  parameter?: { readonly name: string; readonly node: Node<Target> };
  greedy?: { readonly name: string; target: Target };
}

/**
 * Finds a resource by a request's path: at each step its own name before `{parameter}` before `{proxy+}`. Trailing
 * slashes don't count, and nothing is decoded.
 */
export class Router<Target> {
  readonly #root: Node<Target> = { segments: new Map() };
  /** Paths without parameters, found at once. */
  readonly #literal = new Map<string, Match<Target>>();

  /** `path` from the root, as in `/orders/{id}` or `/files/{proxy+}`. */
  add(path: string, target: Target): void {
    let node = this.#root;
    for (const segment of path.split('/').filter(Boolean)) {
      const name = segment.slice(1, -1);
      if (segment.endsWith('+}')) {
        node.greedy = { name: name.slice(0, -1), target };
        return;
      }
      if (segment.startsWith('{')) {
        node.parameter ??= { name, node: { segments: new Map() } };
        node = node.parameter.node;
      } else {
        const next: Node<Target> = node.segments.get(segment) ?? { segments: new Map() };
        node.segments.set(segment, next);
        node = next;
      }
    }
    node.target = target;
    if (!path.includes('{')) this.#literal.set(path === '/' ? '' : path, { target, pathParameters: null });
  }

  find(path: string): Match<Target> | undefined {
    let end = path.length;
    while (end > 0 && path.charCodeAt(end - 1) === SLASH) end -= 1;
    const trimmed = end === path.length ? path : path.slice(0, end);
    return this.#literal.get(trimmed) ?? walk(this.#root, trimmed.split('/').slice(1), 0, []);
  }
}

const SLASH = 47;

const walk = <Target>(
  node: Node<Target>,
  segments: readonly string[],
  index: number,
  parameters: readonly (readonly [string, string])[],
): Match<Target> | undefined => {
  const segment = segments[index];
  if (segment === undefined) {
    if (node.target === undefined) return undefined;
    return { target: node.target, pathParameters: parameters.length > 0 ? Object.fromEntries(parameters) : null };
  }
  const { parameter, greedy } = node;
  const literal = node.segments.get(segment);
  return (
    (literal && walk(literal, segments, index + 1, parameters)) ??
    (parameter && segment !== ''
      ? walk(parameter.node, segments, index + 1, [...parameters, [parameter.name, segment]])
      : undefined) ??
    (greedy && {
      target: greedy.target,
      pathParameters: Object.fromEntries([...parameters, [greedy.name, segments.slice(index).join('/')]]),
    })
  );
};
