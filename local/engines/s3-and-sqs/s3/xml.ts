import { malformedXml } from './errors.ts';

/** Text and elements of an answer; an undefined value leaves its element out. */
export const element = (name: string, value: string | number | boolean | undefined): string =>
  value === undefined ? '' : `<${name}>${typeof value === 'string' ? escapeXml(value) : value}</${name}>`;

/** Elements by their names, from text. */
export const elements = (values: Readonly<Record<string, string | number | boolean | undefined>>): string =>
  Object.entries(values)
    .map(([name, value]) => element(name, value))
    .join('');

export const document = (name: string, content: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<${name} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content}</${name}>`;

export const escapeXml = (text: string): string =>
  /[&<>"'\p{Cc}\u2028]/u.test(text)
    ? text.replace(/[&<>"'\p{Cc}\u2028]/gu, (char) => `&#x${char.codePointAt(0)?.toString(16).toUpperCase()};`)
    : text;

/** The text of the first element with this name. */
export const textOf = (xml: string, name: string): string | undefined => {
  const found = new RegExp(`<${name}(?:\\s[^>]*)?>([^<]*)</${name}\\s*>`).exec(xml)?.[1];
  return found === undefined ? undefined : unescapeXml(found);
};

/** What stands in each element with this name. */
export const contentsOf = (xml: string, name: string): string[] =>
  Array.from(
    xml.matchAll(new RegExp(`<${name}(?:\\s[^>]*)?>(.*?)</${name}\\s*>`, 'gs')),
    ([, content = '']) => content,
  );

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Reads each entity once, so that `&amp;lt;` is `&lt;`. */
const unescapeXml = (text: string): string =>
  text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (_, hex, decimal, name) => {
    const point = hex ? Number.parseInt(hex, 16) : Number(decimal);
    const char = name ? entities[name] : isCharacter(point) && String.fromCodePoint(point);
    if (!char) throw malformedXml();
    return char;
  });

const isCharacter = (point: number): boolean => point > 0 && point <= 0x10ffff && !(point >= 0xd800 && point <= 0xdfff);
