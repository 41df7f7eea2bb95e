import { type BusEvent, wholeSeconds } from './bus-event.ts';
import { parseExactly } from './exact-json.ts';
import { compileJsonPath, type JsonPath } from './json-path.ts';

/** The rule that a template belongs to, as its reserved variables name it. */
export interface RuleName {
  readonly arn: string;
  readonly name: string;
}

/** A template that EventBridge doesn't take. */
export class InvalidTemplate extends Error {
  override readonly name = 'InvalidTemplate';
}

export interface Template {
  render(event: BusEvent): string;
  /** Whether it is several quoted strings, a line each, rather than one JSON value. */
  readonly isLines: boolean;
}

const mostVariables = 100;
const longestTemplate = 8_192;

/** A reserved variable that stands for JSON, not for a string. */
const wholeEvents = ['aws.events.event', 'aws.events.event.json'];
const reserved = ['aws.events.rule-arn', 'aws.events.rule-name', 'aws.events.event.ingestion-time', ...wholeEvents];

type Part = string | { readonly name: string; readonly quoted: boolean };

/**
 * Compiles an input template: JSON, a quoted string, or lines of them, with `<variable>`s. Outside quotes a variable
 * becomes its JSON, a string with quotes of its own; within quotes its text, escaped, an object's or a list's without
 * their quotes. One whose path leads to nothing becomes the empty string.
 *
 * @throws InvalidTemplate, InvalidJsonPath
 */
export const compileTemplate = (
  template: string,
  pathsMap: Readonly<Record<string, string>>,
  rule: RuleName,
): Template => {
  const names = Object.keys(pathsMap);
  const taken = names.find((name) => /^aws\./i.test(name));
  if (taken !== undefined) fail(`the variable ${taken} has a reserved name`);
  if (names.length > mostVariables) fail(`more than ${mostVariables} variables`);
  if (template.length > longestTemplate) fail(`the template has more than ${longestTemplate} characters`);
  const parts = split(template);
  for (const part of parts) if (typeof part === 'object') checkVariable(part, pathsMap);
  const sample = parts.map((part) => (typeof part === 'string' ? part : part.quoted ? '' : 'null')).join('');
  const isLines = !isJson(sample);
  if (isLines && !sample.split('\n').every((line) => line.trim() === '' || isString(line)))
    fail('the template is neither JSON nor a quoted string, nor lines of them');
  const paths = new Map(names.map((name) => [name, compileJsonPath(pathsMap[name] as string)]));
  return {
    isLines,
    render: (event) => {
      const envelope = parseExactly(event.text);
      const read = (name: string) => value(name, { event, envelope, rule, paths });
      return parts.map((part) => (typeof part === 'string' ? part : show(part, read(part.name)))).join('');
    },
  };
};

/** The template's texts and variables, in order. */
const split = (template: string): Part[] => {
  const parts: Part[] = [];
  const variable = /<([\w.-]+)>/y;
  let text = '';
  let quoted = false;
  for (let at = 0; at < template.length; at++) {
    variable.lastIndex = at;
    const [whole, name] = variable.exec(template) ?? [];
    if (whole !== undefined && name !== undefined) {
      parts.push(text, { name, quoted });
      text = '';
      at += whole.length - 1;
      continue;
    }
    const character = template.charAt(at);
    text += character;
    if (character === '"') quoted = !quoted;
    if (character === '\\' && quoted) text += template.charAt(++at);
  }
  return [...parts, text];
};

const checkVariable = ({ name, quoted }: Exclude<Part, string>, pathsMap: Readonly<Record<string, string>>): void => {
  if (!Object.hasOwn(pathsMap, name) && !reserved.includes(name)) fail(`no path is given for the variable <${name}>`);
  if (quoted && wholeEvents.includes(name)) fail(`<${name}> stands for JSON and can't stand within quotes`);
};

interface Sources {
  readonly event: BusEvent;
  readonly envelope: unknown;
  readonly rule: RuleName;
  readonly paths: ReadonlyMap<string, JsonPath>;
}

/** JSON text, as it stands. */
interface RawJson {
  readonly json: string;
}

const value = (name: string, { event, envelope, rule, paths }: Sources): unknown => {
  switch (name) {
    case 'aws.events.rule-arn':
      return rule.arn;
    case 'aws.events.rule-name':
      return rule.name;
    case 'aws.events.event.ingestion-time':
      return wholeSeconds(event.takenAtMs);
    case 'aws.events.event': {
      const { detail: _, ...head } = envelope as Record<string, unknown>;
      return head;
    }
    case 'aws.events.event.json':
      return { json: event.text } satisfies RawJson;
    default:
      return paths.get(name)?.(envelope);
  }
};

const show = ({ name, quoted }: Exclude<Part, string>, found: unknown): string => {
  if (name === 'aws.events.event.json') return (found as RawJson).json;
  if (!quoted) return JSON.stringify(found ?? (found === null ? null : ''));
  if (found === undefined) return '';
  const text = typeof found === 'string' ? found : JSON.stringify(found).replaceAll(/\\?"/g, '');
  return JSON.stringify(text).slice(1, -1);
};

export const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

const isString = (text: string): boolean => isJson(text) && typeof JSON.parse(text) === 'string';

const fail = (reason: string): never => {
  throw new InvalidTemplate(reason);
};
