import { StartError } from '../start-error.ts';
import { isIntrinsic, substitutions } from './intrinsics.ts';
import type { Template } from './template.ts';

/** What is wrong with an intrinsic, before it is known where it stands. */
export class Unevaluable extends Error {}

/** Stands for what is known only once a resource exists; whatever is made of it is unresolved too. */
export const unresolved: unique symbol = Symbol('unresolved');

/** What the names in a template stand for. Each throws an `Unevaluable` for a name that it doesn't know. */
export interface Scope {
  /** A parameter, a pseudo parameter or a resource; `undefined` for `AWS::NoValue`. */
  ref(name: string): unknown;
  attribute(logicalId: string, attribute: string): unknown;
  condition(name: string): boolean;
  readonly mappings: NonNullable<Template['Mappings']>;
}

/**
 * `value` with each intrinsic function replaced by what it stands for; `undefined` for `AWS::NoValue`, which also
 * removes its key or list entry. Throws a `StartError` that begins with `path` at anything it can't evaluate.
 */
export const evaluate = (value: unknown, scope: Scope, path: string): unknown => {
  if (Array.isArray(value)) {
    return value
      .map((entry, index) => evaluate(entry, scope, `${path}.${index}`))
      .filter((entry) => entry !== undefined);
  }
  if (typeof value !== 'object' || value === null) return value;
  if (isIntrinsic(value)) {
    const [name, argument] = Object.entries(value)[0] as [string, unknown];
    try {
      return named(path, () => evaluateIntrinsic(name, argument, scope, path));
    } catch (error) {
      if (error instanceof NotYet) return unresolved;
      throw error;
    }
  }
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, entry]) => [key, evaluate(entry, scope, `${path}.${key}`)] as const)
      .filter(([, entry]) => entry !== undefined),
  );
};

/** The value of a condition: `Fn::And`, `Fn::Or`, `Fn::Not`, `Fn::Equals` and `Condition`, nested as they come. */
export const evaluateCondition = (value: unknown, scope: Scope, path: string): boolean =>
  named(path, () => {
    const [name, argument] = Object.entries(value ?? {})[0] ?? [];
    const conditions = () => list(argument).map((entry) => evaluateCondition(entry, scope, `${path}.${name}`));
    switch (name) {
      case 'Fn::And':
        return conditions().every(Boolean);
      case 'Fn::Or':
        return conditions().some(Boolean);
      case 'Fn::Not':
        return !evaluateCondition(list(argument, 1)[0], scope, `${path}.${name}`);
      case 'Fn::Equals': {
        const [left, right] = list(argument, 2).map((side) => evaluate(side, scope, `${path}.${name}`));
        return String(left) === String(right);
      }
      case 'Condition':
        return scope.condition(text(argument));
      default:
        throw new Unevaluable(`${name ?? JSON.stringify(value)} is no condition function`);
    }
  });

const evaluateIntrinsic = (name: string, argument: unknown, scope: Scope, path: string): unknown => {
  const inner = (value: unknown): unknown => evaluate(value, scope, `${path}.${name}`);
  switch (name) {
    case 'Ref':
      return scope.ref(text(argument));
    case 'Fn::GetAtt': {
      const [logicalId, attribute] = attributePair(argument, inner);
      return scope.attribute(logicalId, attribute);
    }
    case 'Fn::Join': {
      const [separator, parts] = list(argument, 2);
      return list(inner(parts)).map(text).join(text(separator));
    }
    case 'Fn::Sub': {
      const [pattern, variables] = Array.isArray(argument) ? list(argument, 2) : [argument, {}];
      const values = inner(variables) as Record<string, unknown>;
      return substitute(text(pattern), values, scope);
    }
    case 'Fn::If': {
      const [condition, whenTrue, whenFalse] = list(argument, 3);
      return inner(scope.condition(text(condition)) ? whenTrue : whenFalse);
    }
    case 'Fn::Select': {
      const [index, entries] = list(argument, 2).map(inner);
      const entry = list(entries)[Number(index)];
      if (entry === undefined) throw new Unevaluable(`Fn::Select finds no entry ${index}`);
      return entry;
    }
    case 'Fn::Split': {
      const [separator, whole] = list(argument, 2).map(inner);
      return text(whole).split(text(separator));
    }
    case 'Fn::FindInMap': {
      const [map, first, second] = list(argument, 3).map((key) => text(inner(key)));
      const found = scope.mappings[map ?? '']?.[first ?? '']?.[second ?? ''];
      if (found === undefined) throw new Unevaluable(`the mappings have no ${map}.${first}.${second}`);
      return found;
    }
    case 'Fn::Base64':
      return Buffer.from(text(inner(argument))).toString('base64');
    default:
      throw new Unevaluable(`${name} is not evaluated here`);
  }
};

const attributePair = (argument: unknown, inner: (value: unknown) => unknown): [string, string] => {
  if (typeof argument === 'string') {
    const dot = argument.indexOf('.');
    if (dot < 1) throw new Unevaluable(`Fn::GetAtt names no attribute: ${argument}`);
    return [argument.slice(0, dot), argument.slice(dot + 1)];
  }
  const [logicalId, attribute] = list(argument, 2);
  return [text(logicalId), text(inner(attribute))];
};

const substitute = (pattern: string, variables: Record<string, unknown>, scope: Scope): string =>
  substitutions(pattern)
    .map((part) => {
      if (typeof part === 'string') return part;
      if (Object.hasOwn(variables, part.name)) return text(variables[part.name]);
      return text(part.attribute === undefined ? scope.ref(part.name) : scope.attribute(part.name, part.attribute));
    })
    .join('');

const list = (value: unknown, length?: number): unknown[] => {
  if (value === unresolved) throw new NotYet();
  if (!Array.isArray(value)) throw new Unevaluable(`a list is needed, not ${JSON.stringify(value)}`);
  if (length !== undefined && value.length !== length) throw new Unevaluable(`a list of ${length} is needed`);
  return value;
};

const text = (value: unknown): string => {
  if (typeof value === 'string') return value;
  if (value === unresolved) throw new NotYet();
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Unevaluable(`a string is needed, not ${JSON.stringify(value)}`);
};

/** An intrinsic needs an unresolved value. */
class NotYet extends Error {}

const named = <Result>(path: string, run: () => Result): Result => {
  try {
    return run();
  } catch (error) {
    throw error instanceof Unevaluable ? new StartError(`${path}: ${error.message}`) : error;
  }
};
