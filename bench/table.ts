/** What must hold of a figure: a bound of its own, or a share of the floor that was measured beside it. */
export type Target = { readonly atMost: number } | { readonly atLeast: number } | { readonly atLeastOfFloor: number };

/** One line of the report. */
export interface Row {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  /** The same work without this project: what the engines give one process. */
  readonly floor?: number | undefined;
  readonly target?: Target | undefined;
}

/** Whether the row's figure keeps its target; undefined where it has none, or no floor to be compared with. */
export function isMet({ value, floor, target }: Row): boolean | undefined {
  if (!target) return undefined;
  if ('atMost' in target) return value <= target.atMost;
  if ('atLeast' in target) return value >= target.atLeast;
  return floor === undefined ? undefined : value >= floor * target.atLeastOfFloor;
}

/** The figure as a share of its floor. */
export const ratio = ({ value, floor }: Row): number | undefined => (floor ? value / floor : undefined);

/** A number with about three digits that say something, thousands set apart. */
export function formatNumber(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function formatTarget({ target, unit }: Row): string {
  if (!target) return '';
  if ('atMost' in target) return `≤ ${formatLimit(target.atMost)} ${unit}`;
  if ('atLeast' in target) return `≥ ${formatLimit(target.atLeast)} ${unit}`;
  return `≥ ${formatLimit(target.atLeastOfFloor * 100)} % of floor`;
}

const formatLimit = (limit: number) => limit.toLocaleString('en-US');

const verdict = (row: Row) => ({ true: 'met', false: 'MISSED', undefined: '' })[`${isMet(row)}`];

const percent = (share: number | undefined) => (share === undefined ? '' : `${formatNumber(share * 100)} %`);

const titles = ['', 'measured', 'unit', 'floor', 'of floor', 'target', ''];
const leftAligned = new Set([0, 2, 5, 6]);

/** The rows as aligned text, one line each, titles and a rule above them; it ends without a line break. */
export function formatTable(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.name,
    formatNumber(row.value),
    row.unit,
    row.floor === undefined ? '' : formatNumber(row.floor),
    percent(ratio(row)),
    formatTarget(row),
    verdict(row),
  ]);
  const widths = titles.map((title, column) => Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        leftAligned.has(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return [line(titles), line(widths.map((width) => '─'.repeat(width))), ...cells.map(line)].join('\n');
}
