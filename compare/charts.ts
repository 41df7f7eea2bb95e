import type { Comparison } from './compare.ts';
import { frontier, knee } from './knee.ts';
import { pairName } from './pairs.ts';
import { published, ratiosOf } from './report.ts';
import { element, label, type Markup, picture } from './svg.ts';
import type { Sweep, SweptPair } from './sweep.ts';

const amount = (value: number): string => (value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toFixed(1));

interface Panel {
  readonly title: string;
  readonly unit: string;
  readonly values: readonly [number, number];
  readonly ratio: number;
  readonly published: number;
}

/** Cost, duration and network of the two side by side, as the original drew them. */
export const comparisonChart = (comparison: Comparison): string => {
  const { putItem1, putItem2, orders, seconds } = comparison;
  const ratios = ratiosOf(comparison);
  const aMinute = (value: number) => (value / seconds) * 60;
  const panels: Panel[] = [
    {
      title: 'Cost',
      unit: 'MB-ms a minute',
      values: [aMinute(putItem1.mbMs), aMinute(putItem2.mbMs)],
      ratio: ratios.cost,
      published: published.cost,
    },
    {
      title: 'Duration',
      unit: 'ms an invocation',
      values: [putItem1.averageDurationMs, putItem2.averageDurationMs],
      ratio: ratios.duration,
      published: published.duration,
    },
    {
      title: 'Network',
      unit: 'bytes a minute',
      values: [aMinute(putItem1.networkBytes), aMinute(putItem2.networkBytes)],
      ratio: ratios.network,
      published: published.network,
    },
  ];
  const width = 240;
  return picture(
    780,
    330,
    'put-item-1 and put-item-2 compared',
    label(30, 34, `put-item-1 and put-item-2, ${orders.toLocaleString('en-US')} orders`, 'title'),
    element('rect', { x: 30, y: 48, width: 12, height: 12, class: 'one' }),
    label(48, 59, `put-item-1: ${pairName(putItem1.pair)}`),
    element('rect', { x: 230, y: 48, width: 12, height: 12, class: 'two' }),
    label(248, 59, `put-item-2: ${pairName(putItem2.pair)}`),
    ...panels.map((panel, index) =>
      element('g', { transform: `translate(${30 + index * (width + 10)} 84)` }, bars(panel, width)),
    ),
  );
};

const bars = ({ title, unit, values, ratio, published: once }: Panel, width: number): Markup => {
  const [top, foot, bar] = [64, 200, 74];
  const most = Math.max(...values, 1e-9);
  return [
    label(0, 14, title, 'title'),
    label(0, 32, unit, 'faint'),
    ...values.map((value, index) => {
      const height = ((foot - top) * value) / most;
      const x = 24 + index * (bar + 26);
      return [
        element('rect', { x, y: foot - height, width: bar, height, rx: 2, class: index === 0 ? 'one' : 'two' }),
        label(x + bar / 2, foot - height - 6, amount(value), 'middle'),
      ].join('');
    }),
    element('path', { d: `M0 ${foot}H${width - 20}`, class: 'grid' }),
    label(0, foot + 24, `${ratio.toFixed(2)}× here, ${once.toFixed(1)}× published`, 'faint'),
  ].join('');
};

interface Axis {
  readonly ticks: readonly number[];
  at(value: number): number;
}

/** From `from` to `to` in the picture, by powers; ticks at 1, 2 and 5 of each power of ten. */
const logarithmic = (values: readonly number[], from: number, to: number): Axis => {
  const [least, most] = [Math.min(...values) / 1.15, Math.max(...values) * 1.15];
  const span = Math.log(most / least);
  const ticks = Array.from({ length: 16 }, (_, index) => index - 4)
    .flatMap((power) => [1, 2, 5].map((digit) => digit * 10 ** power))
    .filter((tick) => tick >= least && tick <= most);
  return { ticks, at: (value) => from + ((to - from) * Math.log(value / least)) / span };
};

/** Each pair by its lag and its cost, the curve of those that none beats, and its knee. */
export const sweepChart = ({ swept }: Sweep): string => {
  const [left, right, top, foot] = [84, 740, 84, 430];
  const x = logarithmic(
    swept.map(({ lag }) => lag),
    left,
    right,
  );
  const y = logarithmic(
    swept.map(({ cost }) => cost),
    foot,
    top,
  );
  const curve = frontier(swept);
  const best = knee(curve);
  const place = ({ lag, cost }: SweptPair) => `${Math.round(x.at(lag))} ${Math.round(y.at(cost))}`;
  const dot = (each: SweptPair, kind: string) =>
    element(
      'circle',
      { cx: x.at(each.lag), cy: y.at(each.cost), r: 4.5, class: kind },
      element(
        'title',
        {},
        `${pairName(each.pair)}: $${each.cost.toFixed(3)} a million orders, ${each.lag.toFixed(1)} s`,
      ),
    );
  return picture(
    780,
    500,
    'Cost against lag of pairs of batch size and window',
    label(30, 34, `Cost against lag, ${swept.length} pairs of batch size and window`, 'title'),
    label(30, 56, 'The curve joins the pairs that none beats in both; the ring is its knee.', 'faint'),
    ...x.ticks.flatMap((tick) => [
      element('path', { d: `M${Math.round(x.at(tick))} ${top}V${foot}`, class: 'grid' }),
      label(x.at(tick), foot + 20, `${tick} s`, 'small middle'),
    ]),
    ...y.ticks.flatMap((tick) => [
      element('path', { d: `M${left} ${Math.round(y.at(tick))}H${right}`, class: 'grid' }),
      label(left - 8, y.at(tick) + 4, `$${Number(tick.toPrecision(1))}`, 'small end'),
    ]),
    label((left + right) / 2, foot + 46, 'lag: 99 of 100 orders are in the table within', 'middle faint'),
    label(24, (top + foot) / 2, 'cost, US dollars for a million orders', 'middle faint', {
      transform: `rotate(-90 24 ${(top + foot) / 2})`,
    }),
    element('path', { d: `M${curve.map(place).join('L')}`, class: 'curve' }),
    ...swept.filter((each) => !curve.includes(each)).map((each) => dot(each, 'faint')),
    ...curve.map((each) => dot(each, 'one')),
    ...curve.map((each) => {
      const isFarRight = x.at(each.lag) > right - 100;
      const kind = isFarRight ? 'small end' : 'small';
      return label(x.at(each.lag) + (isFarRight ? 0 : 8), y.at(each.cost) - 12, pairName(each.pair), kind);
    }),
    ...(best ? [element('circle', { cx: x.at(best.lag), cy: y.at(best.cost), r: 10, class: 'ring' })] : []),
  );
};
