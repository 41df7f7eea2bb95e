import type { Input } from './dynalite.ts';

/** dynalite's: answers a copy of what it knows of the input, and throws at what has the wrong type. */
type CheckTypes = (input: Input, types: Readonly<Record<string, unknown>>) => Input;

/**
 * The same check without its work for most values: dynalite describes the type of each one anew as it takes an item
 * apart, which makes 60 KB of garbage of an order's update. A parameter whose values are all plain goes through as it
 * is, which is what dynalite would make of it.
 */
export const passingPlainValues =
  (checkTypes: CheckTypes): CheckTypes =>
  (input, types) => {
    const plain: Input = {};
    const others: Input = {};
    for (const name in input) {
      const value = input[name];
      if (holdsAttributes(types[name]) && isPlainMap(value)) plain[name] = value;
      else others[name] = value;
    }
    return Object.assign(checkTypes(others, types), plain);
  };

const holdsAttributes = (parameter: unknown): boolean => {
  const { type, children } = Object(parameter);
  return type === 'Map<AttributeValue>' && children === 'AttrStruct<ValueStruct>';
};

const isPlainMap = (values: unknown): boolean => {
  if (typeof values !== 'object' || values === null || Array.isArray(values)) return false;
  for (const name in values) {
    if (name === '__proto__' || !isPlain((values as Input)[name])) return false;
  }
  return true;
};

/** Whether it has one type, of those that JSON has too, and a value of this type. */
const isPlain = (value: unknown): boolean => {
  if (typeof value !== 'object' || value === null) return false;
  let type: string | undefined;
  for (const name in value) {
    if (type !== undefined) return false;
    type = name;
  }
  const content = (value as Input)[type ?? ''];
  switch (type) {
    case 'S':
    case 'N':
      return typeof content === 'string';
    case 'BOOL':
    case 'NULL':
      return typeof content === 'boolean';
    case 'L':
      return Array.isArray(content) && content.every(isPlain);
    case 'M':
      return isPlainMap(content);
    default:
      return false;
  }
};
