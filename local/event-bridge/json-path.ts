/** Reads what lies at a path of a JSON value; undefined where nothing does. */
export type JsonPath = (value: unknown) => unknown;

/** A path that EventBridge doesn't take. */
export class InvalidJsonPath extends Error {
  override readonly name = 'InvalidJsonPath';
}

type Step = (value: unknown) => unknown;

/**
 * Compiles `$`, `$.detail.items[0].id`, `$.detail['a.b']`, `$.detail.items[*].id`; a wildcard makes a list of what it
 * finds.
 *
 * @throws InvalidJsonPath
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
 */
export const compileJsonPath = (text: string): JsonPath => {
  const steps: Step[] = [];
  const segment = /\.([^.[\]'"*\s]+)|\[(\d+)\]|\['([^']+)'\]|\["([^"]+)"\]|(\.\*|\[\*\])/y;
  segment.lastIndex = 1;
  while (segment.lastIndex < text.length) {
    const from = segment.lastIndex;
    const found = segment.exec(text);
    if (!found) throw new InvalidJsonPath(`${text} is no path that is run here: see ${text.slice(from)}`);
    const [, dotted, index, single, double] = found;
    const key = dotted ?? single ?? double;
    if (key !== undefined) steps.push(member(key));
    else steps.push(index === undefined ? every : element(Number(index)));
  }
  if (!text.startsWith('$')) throw new InvalidJsonPath(`${text} is no path: it does not begin with $`);
  return (value) => walk(value, steps);
};

const walk = (value: unknown, steps: readonly Step[]): unknown => {
  let reached = value;
  for (const [at, step] of steps.entries()) {
    if (step === every) {
      const rest = steps.slice(at + 1);
      const found = membersOf(reached).map((each) => walk(each, rest));
      return found.filter((each) => each !== undefined);
    }
    reached = step(reached);
    if (reached === undefined) return undefined;
  }
  return reached;
};

const member =
  (key: string): Step =>
  (value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, key)
      ? (value as Record<string, unknown>)[key]
      : undefined;

const element =
  (index: number): Step =>
  (value) =>
    Array.isArray(value) ? value[index] : undefined;

const every: Step = (value) => value;

const membersOf = (value: unknown): readonly unknown[] => {
  if (Array.isArray(value)) return value;
  return typeof value === 'object' && value !== null ? Object.values(value) : [];
};
