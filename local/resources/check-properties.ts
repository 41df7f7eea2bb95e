import { type $ZodIssue, safeParse } from 'zod/v4/core';
import en from 'zod/v4/locales/en.cjs';
import { unresolved } from '../assembly/evaluate.ts';
import type { ResourceType } from './resource-type.ts';

/** The outcome of holding a resource's evaluated properties against its type. */
export interface CheckedProperties {
  /** As the type's schema gives them; meaningless where there are problems. */
  readonly properties: unknown;
  /** The paths that were there and change nothing here. */
  readonly withoutEffect: readonly string[];
  /** What keeps the resource from being run, each with its path. */
  readonly problems: readonly string[];
}

const { localeError: error } = en();

/** Checks `evaluated` by the schema of `definition`. What is `unresolved` yet is taken to be right. */
export const checkProperties = (definition: ResourceType, evaluated: object): CheckedProperties => {
  const withoutEffect: string[] = [];
  let run: unknown = evaluated;
  for (const path of definition.withoutEffect) {
    const [rest, found] = without(run, path.split('.'));
    run = rest;
    if (found) withoutEffect.push(path);
  }
  const result = safeParse(definition.properties, run, { error });
  return {
    properties: result.data,
    withoutEffect,
    problems: result.success ? [] : result.error.issues.flatMap((issue) => problemsOf(issue, run)),
  };
};

const problemsOf = (issue: $ZodIssue, root: unknown): string[] => {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `${[...issue.path, key].join('.')} is not run here`);
  }
  const value = issue.path.reduce<unknown>((part, key) => (part as Record<PropertyKey, unknown>)?.[key], root);
  if (isUnresolved(value)) return [];
  const path = issue.path.join('.');
  return [path === '' ? issue.message : `${path}: ${issue.message}`];
};

const isUnresolved = (value: unknown): boolean =>
  value === unresolved || (typeof value === 'object' && value !== null && Object.values(value).some(isUnresolved));

/** `value` without what lies at `path`, in each entry of the lists on the way; and whether anything lay there. */
const without = (value: unknown, [key = '', ...rest]: readonly string[]): [unknown, boolean] => {
  if (Array.isArray(value)) {
    const entries = value.map((entry) => without(entry, [key, ...rest]));
    return [entries.map(([entry]) => entry), entries.some(([, found]) => found)];
  }
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return [value, false];
  const { [key]: inner, ...others } = value as Record<string, unknown>;
  if (rest.length === 0) return [others, true];
  const [left, found] = without(inner, rest);
  return [{ ...others, [key]: left }, found];
};
