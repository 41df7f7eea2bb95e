/** Markup that may stand in an SVG as it is. */
export type Markup = string;

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (char) => escapes[char] ?? char);

const rounded = (value: string | number): string =>
  typeof value === 'number' ? `${Math.round(value * 100) / 100}` : escaped(value);

/** An element with attributes and what stands in it. */
export const element = (
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  ...content: readonly Markup[]
): Markup => {
  const pairs = Object.entries(attributes).map(([key, value]) => ` ${key}="${rounded(value)}"`);
  return `<${name}${pairs.join('')}>${content.join('')}</${name}>`;
};

/** A line of text. `kind` is a class of `picture`. */
export const label = (
  x: number,
  y: number,
  text: string,
  kind = '',
  more: Record<string, string | number> = {},
): Markup => element('text', { x, y, class: kind, ...more }, escaped(text));

/** Written out for each of the two, since not every viewer of SVG knows CSS variables. */
const colors = (back: string, ink: string, faint: string, line: string, one: string, two: string): string =>
  `.back { fill: ${back}; } .small { stroke: ${back}; } text { fill: ${ink}; } .faint, .small { fill: ${faint}; } .grid { stroke: ${line}; } ` +
  `.one { fill: ${one}; } .two { fill: ${two}; } .curve { stroke: ${one}; } .ring { stroke: ${two}; }`;

const style = `
text { font: 13px system-ui, sans-serif; }
.title { font-size: 16px; font-weight: 600; }
.small { font-size: 11px; paint-order: stroke; stroke-width: 3px; }
.middle { text-anchor: middle; }
.end { text-anchor: end; }
.grid, .curve, .ring { fill: none; }
.curve, .ring { stroke-width: 2; }
${colors('#ffffff', '#1b1f24', '#57606a', '#d8dee4', '#2f6fde', '#c2570c')}
@media (prefers-color-scheme: dark) { ${colors('#0d1117', '#e6edf3', '#9da7b3', '#30363d', '#79b0ff', '#f2a35e')} }
`;

/** A whole picture, legible on light and on dark ground as its viewer prefers. `title` is what a screen reader says. */
export const picture = (width: number, height: number, title: string, ...content: readonly Markup[]): string =>
  `${element(
    'svg',
    { xmlns: 'http://www.w3.org/2000/svg', viewBox: `0 0 ${width} ${height}`, width, height, role: 'img' },
    element('title', {}, escaped(title)),
    element('style', {}, style),
    element('rect', { width, height, class: 'back' }),
    ...content,
  )}\n`;
