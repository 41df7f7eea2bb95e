/** What CloudWatch keeps of the values of a minute: a statistic set. */
export interface Statistics {
  count: number;
  sum: number;
  min: number;
  max: number;
}

export const noStatistics = (): Statistics => ({ count: 0, sum: 0, min: 0, max: 0 });

export const add = (statistics: Statistics, value: number): void => {
  statistics.min = statistics.count === 0 ? value : Math.min(statistics.min, value);
  statistics.max = statistics.count === 0 ? value : Math.max(statistics.max, value);
  statistics.count++;
  statistics.sum += value;
};
