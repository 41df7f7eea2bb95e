import { InvalidEventPattern } from './invalid-event-pattern.ts';

type StringTest = (value: string) => boolean;

/** EventBridge weighs a pattern by its wildcards and the repeats after them; its figures are unpublished. */
const mostWildcards = 5;

/** Compiles a pattern in which `*` stands for any characters, none included, and `\\*` for itself. */
export const compileWildcard = (pattern: string): StringTest => {
  const parts = [''];
  for (let at = 0; at < pattern.length; at++) {
    const position = Buffer.byteLength(pattern.slice(0, at)) + 1; // counted in bytes, after the opening quote
    let character = pattern.charAt(at);
    if (character === '\\') {
      character = pattern.charAt(++at);
      if (character !== '*' && character !== '\\') fail(`Invalid escape character at pos ${position}`);
    } else if (character === '*') {
      if (pattern.charAt(at + 1) === '*') fail(`Consecutive wildcard characters at pos ${position}`);
      parts.push('');
      continue;
    }
    parts[parts.length - 1] += character;
  }
  if (parts.length - 1 > mostWildcards)
    fail(
      'Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a wildcard character',
    );
  return inOrder(parts);
};

/** Whether the parts occur one after the other, the first at the start and the last at the end. */
const inOrder = (parts: readonly string[]): StringTest => {
  const first = parts[0] ?? '';
  if (parts.length === 1) return (value) => value === first;
  const last = parts.at(-1) ?? '';
  const middle = parts.slice(1, -1);
  return (value) => {
    if (value.length < first.length + last.length || !value.startsWith(first) || !value.endsWith(last)) return false;
    let from = first.length;
    for (const part of middle) {
      const at = value.indexOf(part, from);
      if (at < 0) return false;
      from = at + part.length;
    }
    return from <= value.length - last.length;
  };
};

const fail = (reason: string): never => {
  throw new InvalidEventPattern(reason);
};
