/** What a parser of dynalite's is given beside the text. */
interface Context {
  readonly attrNames: Readonly<Record<string, string>> | undefined;
  readonly attrVals: Readonly<Record<string, object>> | undefined;
  readonly unusedAttrNames: Record<string, true>;
  readonly unusedAttrVals: Record<string, true>;
}

/** A tree that holds the values themselves, or a message; throws at what is no expression. */
export type Parse = (text: string, options: { readonly context: Context }) => unknown;

/** A tree, and which names and values it uses. */
interface Known {
  readonly tree: object;
  readonly names: readonly string[];
  readonly values: ReadonlyMap<object, string>;
}

/** An application has a few dozen. */
const mostKnown = 1_000;

/** What it says of these depends on the values, and not on their types alone. */
const looksAtValues = /between|attribute_type/i;

/**
 * A parser that reads an expression once for all calls that differ in their values alone: dynalite's own, which tries
 * out every rule, take a third of the time of an update.
 */
export const remembering = (parse: Parse): Parse => {
  const known = new Map<string, Known>();
  return (text, { context }) => {
    if (looksAtValues.test(text)) return parse(text, { context });
    const key = `${text}\n${JSON.stringify(context.attrNames)}\n${typesOf(context)}`;
    let found = known.get(key);
    if (!found) {
      const unusedAttrNames = Object.fromEntries(Object.keys(context.attrNames ?? {}).map((name) => [name, true]));
      const unusedAttrVals = Object.fromEntries(Object.keys(context.attrVals ?? {}).map((name) => [name, true]));
      const tree = parse(text, { context: { ...context, unusedAttrNames, unusedAttrVals } as Context });
      if (typeof tree !== 'object' || tree === null) return tree;
      const values = Object.entries(context.attrVals ?? {}).filter(([name]) => !(name in unusedAttrVals));
      found = {
        tree,
        names: Object.keys(context.attrNames ?? {}).filter((name) => !(name in unusedAttrNames)),
        values: new Map(values.map(([name, value]) => [value, name])),
      };
      if (known.size >= mostKnown) known.clear();
      known.set(key, found);
    }
    for (const name of found.names) delete context.unusedAttrNames[name];
    for (const name of found.values.values()) delete context.unusedAttrVals[name];
    return withValues(found.tree, found.values, context.attrVals ?? {});
  };
};

/** A value, checked by then, has one type. */
const typesOf = ({ attrVals = {} }: Context): string => {
  let types = '';
  for (const name in attrVals) types += `${name} ${Object.keys(attrVals[name] ?? {})} `;
  return types;
};

/** The tree again, since dynalite changes some, with these values in the place of those it was made of. */
const withValues = (node: unknown, places: Known['values'], values: Readonly<Record<string, object>>): unknown => {
  if (typeof node !== 'object' || node === null) return node;
  const name = places.get(node);
  if (name !== undefined) return values[name];
  if (Array.isArray(node)) return node.map((each) => withValues(each, places, values));
  const copy: Record<string, unknown> = { __proto__: Object.getPrototypeOf(node), ...node };
  for (const key in copy) copy[key] = withValues(copy[key], places, values);
  return copy;
};
