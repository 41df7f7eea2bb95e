import { dynamoDb, firehose } from '../runtime/clients.ts';
import { count, name, readEnv } from '../runtime/env.ts';
import { RevenueStream } from '../stores/revenue-stream.ts';
import { RevenueTable } from '../stores/revenue-table.ts';
import { aggregateRevenue } from './aggregate-revenue.ts';

const env = readEnv({ REVENUE_TABLE: name, REVENUE_STREAM: name, LATENESS_MINUTES: count });
const table = new RevenueTable(dynamoDb(), env.REVENUE_TABLE);
export const handler = aggregateRevenue(table, new RevenueStream(firehose(), env.REVENUE_STREAM), env.LATENESS_MINUTES);
