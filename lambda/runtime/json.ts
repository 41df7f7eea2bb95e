/** A place in a JSON text where what was sent could not be kept as it is. */
export interface Flaw {
  readonly path: readonly (string | number)[];
  readonly detail: string;
}

/** A body nests at most this deep; DynamoDB holds 32 levels, of which the item and its map take their share. */
export const maxDepth = 24;
const maxNameLength = 255;
const maxFlawsOfOneOrder = 20;
const maxFlaws = 500 * maxFlawsOfOneOrder;

/**
 * Parses JSON text and finds what parsing would lose or no store could hold, after I-JSON (RFC 7493): two fields of one
 * name, numbers that a double changes or DynamoDB cannot hold, half of a surrogate pair, `__proto__`, empty and endless
 * names, too many levels. Throws SyntaxError where the text is no JSON.
 */
export function readJson(text: string): { value: unknown; flaws: Flaw[] } {
  const value: unknown = JSON.parse(text);
  return { value, flaws: findFlaws(text) };
}

/** One open object or array. */
interface Level {
  /** The names met so far; undefined for an array. */
  readonly names: Set<string> | undefined;
  /** The name or index of the value that is being read. */
  step: string | number;
  flaws: number;
}

const token = /[[\]{},"]|-?\d[\d.eE+-]*/g;

/**
 * `text` is valid JSON, so only brackets, commas, strings and numbers need a look. No recursion: depth is the sender's.
 */
function findFlaws(text: string): Flaw[] {
  const flaws: Flaw[] = [];
  const levels: Level[] = [];
  let top: Level | undefined;
  let nameIsNext = false;
  const add = (detail: string) => {
    // Few for each order of a batch, but the first of each order always: `{order:{}}` or `{orders:[{}]}`.
    const order = levels[1]?.names ? levels[1] : (levels[2] ?? levels[0]);
    if ((order && order.flaws++ >= maxFlawsOfOneOrder) || flaws.length >= maxFlaws) return;
    flaws.push({ path: levels.slice(0, maxDepth).map(({ step }) => step), detail });
  };
  token.lastIndex = 0;
  for (let match = token.exec(text); match; match = token.exec(text)) {
    const [found] = match;
    switch (found) {
      case '{':
      case '[':
        if (levels.length === maxDepth) add(`must not nest more than ${maxDepth} levels deep`);
        nameIsNext = found === '{';
        top = { names: nameIsNext ? new Set() : undefined, step: nameIsNext ? '' : 0, flaws: 0 };
        levels.push(top);
        break;
      case '}':
      case ']':
        levels.pop();
        top = levels.at(-1);
        nameIsNext = false;
        break;
      case ',':
        if (top?.names) nameIsNext = true;
        else if (top) (top.step as number)++;
        break;
      case '"': {
        const end = closingQuote(text, match.index);
        token.lastIndex = end + 1;
        const raw = text.slice(match.index + 1, end);
        const string = raw.includes('\\') ? String(JSON.parse(`"${raw}"`)) : raw;
        if (nameIsNext && top?.names) {
          top.step = string;
          const flaw = flawOfName(string, top.names);
          if (flaw) add(flaw);
          top.names.add(string);
          nameIsNext = false;
        } else if (!string.isWellFormed()) add('must be well-formed Unicode, without half of a surrogate pair');
        break;
      }
      default: {
        const flaw = flawOfNumber(found);
        if (flaw) add(flaw);
      }
    }
  }
  return flaws;
}

function closingQuote(text: string, openingQuote: number): number {
  let end = text.indexOf('"', openingQuote + 1);
  while (text.charCodeAt(end - 1) === 92 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === 92) backslashes++;
  return backslashes % 2 === 1;
}

function flawOfName(name: string, earlier: ReadonlySet<string>): string | undefined {
  if (earlier.has(name)) return 'must not be given twice';
  if (name === '__proto__') return 'must not be used as the name of a field';
  if (name.length === 0 || name.length > maxNameLength) return `must have a name of 1 to ${maxNameLength} characters`;
  if (!name.isWellFormed()) return 'must have a name in well-formed Unicode, without half of a surrogate pair';
  return undefined;
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html */
function flawOfNumber(text: string): string | undefined {
  // Up to 15 digits always survive a double.
  if (text.length <= 15 && !/[eE]/.test(text)) return undefined;
  const number = Math.abs(Number(text));
  const digits = significantDigits(text);
  if (digits === '') return undefined; // zero
  if (number < 1e-130 || number > 9.99e125) return 'must be 0 or from 1e-130 to 9.99e125 in size';
  const kept = digits === significantDigits(String(number));
  const isPrintedDouble = !Number.isInteger(number) && digits.length <= 17;
  return kept || isPrintedDouble ? undefined : 'has more digits than a number keeps: send it as a text';
}

const significantDigits = (text: string) =>
  text
    .replace(/[eE].*$/, '')
    .replace(/[-.]/g, '')
    .replace(/^0+|0+$/g, '');
