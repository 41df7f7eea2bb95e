import {
  GraphWidget,
  type GraphWidgetProps,
  type IMetric,
  type IWidget,
  Stats,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { minute } from './metrics.ts';

const third = 8; // of a dashboard's 24 columns

/** One chart, a third of the dashboard wide. */
export const chart = (title: string, left: IMetric[], unit: string, more: GraphWidgetProps = {}): IWidget =>
  new GraphWidget({ title, left, width: third, leftYAxis: { label: unit, min: 0, showUnits: false }, ...more });

export const heading = (markdown: string): IWidget => new TextWidget({ markdown, width: 3 * third, height: 1 });

/** The statistic of what is counted: how many a minute. */
export const sum = { statistic: Stats.SUM, period: minute };
