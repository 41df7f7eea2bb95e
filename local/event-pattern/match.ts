import { BlockList, isIP } from 'node:net';
import { InvalidEventPattern } from './invalid-event-pattern.ts';
import { compileWildcard } from './wildcard.ts';

/** One alternative of a field. */
export interface Match {
  /** Whether a value that is there matches. */
  readonly test: (value: string | number | boolean | null) => boolean;
  /** Whether the field's absence matches. */
  readonly absent: boolean;
}

/** Compiles one element of a field's list: a value to equal, or `{operator: operand}`. */
export const compileMatch = (element: unknown): Match => {
  if (Array.isArray(element)) fail('Match value must be String, number, true, false, or null');
  if (typeof element !== 'object' || element === null) return present((value) => value === element);
  const [operator, operand] = onlyEntry(element);
  if (operator === 'exists') return exists(operand);
  return present(compileOperator(operator, operand));
};

type Predicate = Match['test'];
type StringTest = (value: string) => boolean;

const present = (test: Predicate): Match => ({ test, absent: false });

const compileOperator = (operator: string, operand: unknown): Predicate => {
  switch (operator) {
    case 'prefix':
    case 'suffix':
      return onString(affix(operator, operand));
    case 'equals-ignore-case':
      return onString(equalsIgnoreCase(requireString(operand, operator)));
    case 'wildcard':
      return onString(compileWildcard(requireString(operand, 'wildcard')));
    case 'numeric':
      return numeric(operand);
    case 'cidr':
      return onString(cidr(operand));
    case 'anything-but':
      return anythingBut(operand);
    default:
      return fail(`Unrecognized match type ${operator}`);
  }
};

const exists = (operand: unknown): Match => {
  if (typeof operand !== 'boolean') fail('exists match pattern must be either true or false.');
  return { test: () => operand === true, absent: operand === false };
};

const affix = (operator: 'prefix' | 'suffix', operand: unknown): StringTest => {
  if (typeof operand === 'object' && operand !== null && !Array.isArray(operand)) {
    const [inner, text] = onlyEntry(operand);
    if (inner !== 'equals-ignore-case') fail(`Unsupported anything-but pattern: ${inner}`);
    const wanted = requireString(text, inner).toLowerCase();
    const test = hasAffix(operator, wanted);
    return (value) => test(value.toLowerCase());
  }
  return hasAffix(operator, requireString(operand, operator));
};

const hasAffix = (operator: 'prefix' | 'suffix', text: string): StringTest =>
  operator === 'prefix' ? (value) => value.startsWith(text) : (value) => value.endsWith(text);

const equalsIgnoreCase = (text: string): StringTest => {
  const wanted = text.toLowerCase();
  return (value) => value.toLowerCase() === wanted;
};

const anythingBut = (operand: unknown): Predicate => {
  if (Array.isArray(operand)) {
    const kinds = new Set(operand.map((value) => typeof value));
    if (kinds.size === 0) fail('Empty arrays are not allowed');
    if ([...kinds].some((kind) => kind !== 'string' && kind !== 'number'))
      fail('Inside anything but list, start|null|boolean is not supported.');
    if (kinds.size > 1)
      fail('Inside anything but list, either all values are number or string, mixed type is not supported');
    const refused = new Set<unknown>(operand);
    return (value) => !refused.has(value);
  }
  if (typeof operand === 'string' || typeof operand === 'number') return (value) => value !== operand;
  if (typeof operand !== 'object' || operand === null)
    return fail('Value of anything-but must be an array or single string/number value.');
  const [operator, texts] = onlyEntry(operand);
  const refused = (Array.isArray(texts) ? texts : [texts]).map((text) => refusedString(operator, text));
  if (refused.length === 0) fail('Empty arrays are not allowed');
  return (value) => typeof value !== 'string' || !refused.some((test) => test(value));
};

const refusedString = (operator: string, text: unknown): StringTest => {
  switch (operator) {
    case 'prefix':
    case 'suffix':
      if (typeof text === 'object' && text !== null)
        fail('Value of anything-but must be an array or single string/number value.');
      if (typeof text !== 'string') fail('prefix/suffix match pattern must be a string');
      if (text === '') fail('Null prefix/suffix not allowed');
      return hasAffix(operator, text as string);
    case 'equals-ignore-case':
      if (typeof text !== 'string')
        fail('Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.');
      return equalsIgnoreCase(text as string);
    case 'wildcard':
      return compileWildcard(requireString(text, 'wildcard'));
    default:
      return fail(`Unsupported anything-but pattern: ${operator}`);
  }
};

type Comparison = (value: number) => boolean;
const comparisons: Record<string, (bound: number) => Comparison> = {
  '=': (bound) => (value) => value === bound,
  '<': (bound) => (value) => value < bound,
  '<=': (bound) => (value) => value <= bound,
  '>': (bound) => (value) => value > bound,
  '>=': (bound) => (value) => value >= bound,
};

const numeric = (operand: unknown): Predicate => {
  if (!Array.isArray(operand)) return fail('Value of numeric must be an array.');
  const [operator, bound, second, top, ...rest] = operand as unknown[];
  if (typeof operator !== 'string') return fail(`Invalid member in numeric match: ${operator ?? ']'}`);
  const first = comparison(
    operator,
    `Unrecognized numeric range operator: ${operator}`,
  )(requireNumber(bound, operator));
  if (operand.length <= 2) return (value) => typeof value === 'number' && first(value);
  if (operator !== '>' && operator !== '>=') fail('Too many elements in numeric expression');
  if (typeof second !== 'string') return fail(`Bad value in numeric range: ${second}`);
  if (second !== '<' && second !== '<=') fail(`Bad numeric range operator: ${second}`);
  const last = comparison(second, '')(requireNumber(top, second));
  if ((top as number) <= (bound as number)) fail('Bottom must be less than top');
  if (rest.length > 0) fail('Too many terms in numeric range expression');
  return (value) => typeof value === 'number' && first(value) && last(value);
};

const comparison = (operator: string, refusal: string) =>
  (Object.hasOwn(comparisons, operator) ? comparisons[operator] : undefined) ?? fail(refusal);

const requireNumber = (bound: unknown, operator: string): number =>
  typeof bound === 'number' ? bound : fail(`Value of ${operator === '=' ? 'equals' : operator} must be numeric`);

const cidr = (operand: unknown): StringTest => {
  if (typeof operand !== 'string') return fail('prefix match pattern must be a string'); // EventBridge's own slip
  const [address = '', bits = '', ...more] = operand.split('/');
  if (more.length > 0 || !operand.includes('/')) fail("Malformed CIDR, one '/' required");
  if (!/^[+-]?\d+$/.test(bits)) fail('Malformed CIDR, mask bits must be an integer');
  const family = isIP(address);
  if (family === 0) fail(`Nonstandard IP address: ${address}`);
  if (Number(bits) < 0 || Number(bits) > (family === 4 ? 32 : 128)) fail('Malformed CIDR, invalid number of mask bits');
  const network = new BlockList();
  network.addSubnet(address, Number(bits), family === 4 ? 'ipv4' : 'ipv6');
  return (value) => isIP(value) === family && network.check(value, family === 4 ? 'ipv4' : 'ipv6');
};

const onString =
  (test: StringTest): Predicate =>
  (value) =>
    typeof value === 'string' && test(value);

const requireString = (operand: unknown, operator: string): string =>
  typeof operand === 'string' ? operand : fail(`${operator} match pattern must be a string`);

const onlyEntry = (object: object): [string, unknown] => {
  const [entry, ...more] = Object.entries(object);
  if (!entry) return fail('Match expression name not found');
  if (more.length > 0) fail('Only one key allowed in match expression');
  return entry;
};

const fail = (reason: string): never => {
  throw new InvalidEventPattern(reason);
};
