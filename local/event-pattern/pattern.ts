import { InvalidEventPattern } from './invalid-event-pattern.ts';
import { compileMatch, type Match } from './match.ts';

/** Whether an event, as parsed JSON, satisfies the pattern. */
export type EventPattern = (event: unknown) => boolean;

/**
 * Compiles an EventBridge event pattern, once, to a predicate: fields named must match, fields unnamed are ignored, the
 * values of one field are alternatives, an array matches by any of its elements, and `$or` takes any of its
 * sub-patterns. EventBridge compares paths, so a dot in a key, of the pattern or of the event, is as good as a level of
 * nesting. The last of duplicate keys wins.
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
  const test = compileInner(levelOf(pattern));
  return test;
};

type JsonObject = Record<string, unknown>;

/** One level of a pattern, every dotted key taken apart. */
interface Level {
  /** The values that the field itself may have. */
  values?: readonly unknown[];
  readonly fields: Map<string, Level>;
  or?: unknown;
}

const levelOf = (pattern: JsonObject): Level => {
  const level: Level = { fields: new Map() };
  addTo(level, pattern);
  return level;
};

const addTo = (level: Level, pattern: JsonObject): void => {
  const entries = Object.entries(pattern);
  if (entries.length === 0) throw new InvalidEventPattern('Empty objects are not allowed');
  for (const [key, value] of entries) {
    if (key === '$or') level.or = value;
    else if (isObject(value)) addTo(fieldOf(level, key), value);
    else if (!Array.isArray(value)) throw new InvalidEventPattern(`"${key}" must be an object or an array`);
    else if (value.length === 0) throw new InvalidEventPattern('Empty arrays are not allowed');
    else fieldOf(level, key).values = value;
  }
};

const fieldOf = (level: Level, key: string): Level => {
  let field = level;
  for (const name of key.split('.')) {
    const next: Level = field.fields.get(name) ?? { fields: new Map() };
    field.fields.set(name, next);
    field = next;
  }
  return field;
};

/** An object of an event whose keys have no dots; what dotted keys have spread is brought together in it. */
type Place = JsonObject;

/** Several values of one field: `{"a":1,"a.b":2}` has two of `a`, which are 1 and `{"b":2}`. */
class Several {
  readonly values: readonly unknown[];
  constructor(values: readonly unknown[]) {
    this.values = values;
  }
}

/** Tests a place; `siblings` are it and the other elements of its array: what none of them has is absent. */
type Test = (place: Place, siblings: readonly Place[]) => boolean;

const compileLevel = (level: Level): Test => {
  const tests: Test[] = [];
  for (const [name, field] of level.fields) {
    if (field.values) tests.push(compileLeaf(name, field.values.map(compileMatch)));
    if (field.fields.size > 0 || field.or !== undefined) {
      const inner = compileInner(field);
      tests.push((place) => inner(valueAt(place, name)));
    }
  }
  if (level.or !== undefined) tests.push(compileOr(level.or));
  return (place, siblings) => {
    for (const test of tests) if (!test(place, siblings)) return false;
    return true;
  };
};

/** Tests what lies at one path: the object there, or any one of those in an array. */
const compileInner = (level: Level): EventPattern => {
  const test = compileLevel(level);
  return (value) => {
    const places = placesAt(value);
    for (const place of places) if (test(place, places)) return true;
    return places.length === 0 && test({}, places);
  };
};

const compileLeaf = (name: string, matches: readonly Match[]): Test => {
  const anyMatch = (place: Place) =>
    someLeaf(valueAt(place, name), (leaf) => matches.some((match) => match.test(leaf)));
  if (!matches.some((match) => match.absent)) return anyMatch;
  return (place, siblings) => !siblings.some((each) => hasLeaf(valueAt(each, name))) || anyMatch(place);
};

const compileOr = (value: unknown): Test => {
  if (!Array.isArray(value)) throw new InvalidEventPattern('It must be an Array followed with $or.');
  const branches = value.map((branch) => {
    if (isObject(branch)) return compileLevel(levelOf(branch));
    throw new InvalidEventPattern('Only JSON object is allowed in array of $or relationship.');
  });
  if (branches.length < 2) throw new InvalidEventPattern('There must have at least 2 Objects in $or relationship.');
  return (place, siblings) => branches.some((branch) => branch(place, siblings));
};

const valueAt = (place: Place, name: string): unknown => (Object.hasOwn(place, name) ? place[name] : undefined);

const placesAt = (value: unknown): readonly Place[] => {
  if (value instanceof Several) {
    const objects = value.values.filter(isObject);
    const inArrays = value.values.filter(Array.isArray).flatMap(placesAt);
    return objects.length === 0 ? inArrays : [join(objects), ...inArrays];
  }
  if (Array.isArray(value)) return value.filter(isObject).map(placeOf);
  return isObject(value) ? [placeOf(value)] : [];
};

const placeOf = (object: JsonObject): Place => {
  for (const key in object) if (key.includes('.')) return join([object]);
  return object;
};

/** One level only: a key may have more dots than the stack is deep. */
const join = (objects: readonly JsonObject[]): Place => {
  const found = new Map<string, unknown[]>();
  for (const object of objects) {
    for (const key in object) {
      const dot = key.indexOf('.');
      const name = dot < 0 ? key : key.slice(0, dot);
      const value = dot < 0 ? object[key] : withOwn(key.slice(dot + 1), object[key]);
      const values = found.get(name);
      if (values) values.push(value);
      else found.set(name, [value]);
    }
  }
  const place = withOwn();
  for (const [name, values] of found) place[name] = values.length === 1 ? values[0] : new Several(values);
  return place;
};

/** An object in which even `__proto__` is a key like any other. */
const withOwn = (key?: string, value?: unknown): JsonObject => {
  const object: JsonObject = Object.create(null);
  if (key !== undefined) object[key] = value;
  return object;
};

const hasLeaf = (value: unknown): boolean => someLeaf(value, () => true);

/**
 * A leaf is a string, number, boolean or null, also as an array's element; an empty array has none. Arrays in arrays are
 * walked without recursion: an event may nest them deeper than the stack is.
 */
const someLeaf = (found: unknown, test: Match['test']): boolean => {
  const value = found instanceof Several ? found.values : found;
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
