import { dynamoDb } from '../runtime/clients.ts';
import { name, readEnv } from '../runtime/env.ts';
import { StockTable } from '../stores/stock-table.ts';
import { keepStock } from './keep-stock.ts';

const env = readEnv({ STOCK_TABLE: name });
export const handler = keepStock(new StockTable(dynamoDb(), env.STOCK_TABLE));
