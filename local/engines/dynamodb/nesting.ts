import { type Input, require } from './dynalite.ts';
import { refuseItemChanges } from './item-changes.ts';

/** How deep a value may lie, the attribute itself being at the first level. */
const mostLevels = 32;

/** A parameter as dynalite describes it; only the values of attributes have the type `AttrStruct`. */
type Parameter = string | { readonly type: string; readonly children?: unknown };
type Parameters = Readonly<Record<string, Parameter>>;

/**
 * Throws AWS's refusal of a request with an attribute value that is nested too deep, wherever it stands in the input,
 * which is not checked yet: dynalite takes some, and runs out of stack over others.
 */
export function refuseNested(input: Input, types: Readonly<Record<string, unknown>>): void {
  if (holdsNested(input, { type: 'Input', children: types as Parameters })) throw refusal();
}

/** Refuses an update that would put a value too deep into its item, flat as it may be by itself. */
export function refuseNestedUpdates(): void {
  refuseItemChanges(({ after }) => {
    const isNested = Object.values(after ?? {}).some((value) => isNestedBeyond(mostLevels, value));
    return isNested ? refusal() : undefined;
  });
}

const refusal = () =>
  require('dynalite/db').validationError(
    'Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit',
  );

const holdsNested = (value: unknown, parameter: Parameter): boolean => {
  if (typeof value !== 'object' || value === null) return false;
  if (typeof parameter === 'string') return parameter.startsWith('AttrStruct') && isNestedBeyond(mostLevels, value);
  const { type, children } = parameter;
  if (children === undefined) return false;
  if (/^(Parameterized)?(List|Map)/.test(type))
    return Object.values(value).some((child) => holdsNested(child, children as Parameter));
  return Object.entries(children as Parameters).some(([name, child]) => holdsNested((value as Input)[name], child));
};

const isNestedBeyond = (levels: number, value: unknown): boolean => {
  if (levels === 0) return true;
  const { M, L } = Object(value);
  return [M, L].some(
    (children) =>
      typeof children === 'object' &&
      children !== null &&
      Object.values(children).some((child) => isNestedBeyond(levels - 1, child)),
  );
};
