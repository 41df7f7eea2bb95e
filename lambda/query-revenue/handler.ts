import { dynamoDb } from '../runtime/clients.ts';
import { name, readEnv } from '../runtime/env.ts';
import { RevenueTable } from '../stores/revenue-table.ts';
import { queryRevenue } from './query-revenue.ts';

const env = readEnv({ REVENUE_TABLE: name });
export const handler = queryRevenue(new RevenueTable(dynamoDb(), env.REVENUE_TABLE));
