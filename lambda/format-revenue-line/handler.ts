import { formatRevenueLine } from './format-revenue-line.ts';

export const handler = formatRevenueLine();
