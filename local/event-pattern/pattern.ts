import { InvalidEventPattern } from './invalid-event-pattern.ts';
import { compileMatch, type Match } from './match.ts';

/** Whether an event, as parsed JSON, satisfies the pattern. */
export type EventPattern = (event: unknown) => boolean;

/**
 * Compiles an EventBridge event pattern, once, to a predicate: fields named must match, fields unnamed are ignored,
 * the values of one field are alternatives, a dotted key reaches into nested objects, an array matches by any of its
 * elements, and `$or` takes any of its sub-patterns. The last of duplicate keys wins.
 *
 * @throws InvalidEventPattern with the sentence with which EventBridge refuses the pattern.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
export const compilePattern = (text: string): EventPattern => {
  let pattern: unknown;
  try {
    pattern = JSON.parse(text);
  } catch (error) {
    throw new InvalidEventPattern((error as Error).message);
  }
  if (!isObject(pattern)) throw new InvalidEventPattern('Filter is not an object');
  return compileObject(pattern);
};

/** Tests one object; `siblings` is the array it is an element of, if any: what none of them has is absent. */
type Test = (value: JsonObject, siblings: readonly JsonObject[] | undefined) => boolean;
type JsonObject = Record<string, unknown>;

const compileObject = (pattern: JsonObject): EventPattern => {
  const tests = Object.entries(pattern).map(([key, value]) => compileField(key, value));
  if (tests.length === 0) throw new InvalidEventPattern('Empty objects are not allowed');
  const all: Test = (value, siblings) => {
    for (const test of tests) if (!test(value, siblings)) return false;
    return true;
  };
  return (value) => {
    if (!Array.isArray(value)) return all(isObject(value) ? value : {}, undefined);
    const objects = value.filter(isObject);
    return objects.length === 0 ? all({}, undefined) : objects.some((element) => all(element, objects));
  };
};

const compileField = (key: string, value: unknown): Test => {
  if (key === '$or') return compileOr(value);
  if (isObject(value)) {
    const inner = compileObject(value);
    return (object) => inner(fieldOf(object, key));
  }
  if (!Array.isArray(value)) throw new InvalidEventPattern(`"${key}" must be an object or an array`);
  if (value.length === 0) throw new InvalidEventPattern('Empty arrays are not allowed');
  const matches = value.map(compileMatch);
  return matches.some((match) => match.absent)
    ? orAbsent(key, matches)
    : (object) => anyLeaf(fieldOf(object, key), matches);
};

const orAbsent =
  (key: string, matches: readonly Match[]): Test =>
  (object, siblings) =>
    !(siblings ?? [object]).some((each) => hasLeaf(fieldOf(each, key))) || anyLeaf(fieldOf(object, key), matches);

const compileOr = (value: unknown): Test => {
  if (!Array.isArray(value)) throw new InvalidEventPattern('It must be an Array followed with $or.');
  const branches = value.map((branch) => {
    if (isObject(branch)) return compileObject(branch);
    throw new InvalidEventPattern('Only JSON object is allowed in array of $or relationship.');
  });
  if (branches.length < 2) throw new InvalidEventPattern('There must have at least 2 Objects in $or relationship.');
  return (object) => branches.some((branch) => branch(object));
};

/** The field, or what its dotted name reaches: EventBridge compares flattened paths. */
const fieldOf = (object: JsonObject, key: string): unknown => {
  if (Object.hasOwn(object, key)) return object[key];
  const dot = key.indexOf('.');
  if (dot < 0) return undefined;
  const parent = Object.hasOwn(object, key.slice(0, dot)) ? object[key.slice(0, dot)] : undefined;
  const rest = key.slice(dot + 1);
  if (Array.isArray(parent)) return parent.map((element) => (isObject(element) ? fieldOf(element, rest) : undefined));
  return isObject(parent) ? fieldOf(parent, rest) : undefined;
};

const anyLeaf = (value: unknown, matches: readonly Match[]): boolean =>
  someLeaf(value, (leaf) => matches.some((match) => match.test(leaf)));

const hasLeaf = (value: unknown): boolean => someLeaf(value, () => true);

/**
 * A leaf is a string, number, boolean or null, also as an array's element; an empty array has none. Arrays in arrays are
 * walked without recursion: an event may nest them deeper than the stack is.
 */
const someLeaf = (value: unknown, test: Match['test']): boolean => {
  if (!Array.isArray(value)) return value !== undefined && !isObject(value) && test(value as Leaf);
  const left: unknown[] = [value];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    for (const element of next as readonly unknown[]) {
      if (Array.isArray(element)) left.push(element);
      else if (someLeaf(element, test)) return true;
    }
  }
  return false;
};

type Leaf = Parameters<Match['test']>[0];

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
