import { DynamoDBClient, paginateQuery } from '@aws-sdk/client-dynamodb';
import { type ComparedStack, clientSettings } from './stack.ts';

/** Looks into the tables for the orders of some accounts. */
export class OrderCounter {
  readonly #dynamodb: DynamoDBClient;

  constructor(stack: ComparedStack) {
    this.#dynamodb = new DynamoDBClient(clientSettings(stack, 'DYNAMODB'));
  }

  /** How many orders of the accounts the table holds. */
  async count(table: string, accounts: readonly string[]): Promise<number> {
    const counts = await Promise.all(accounts.map((account) => this.#countOf(table, account)));
    return counts.reduce((sum, each) => sum + each, 0);
  }

  close(): void {
    this.#dynamodb.destroy();
  }

  async #countOf(TableName: string, account: string): Promise<number> {
    const query = {
      TableName,
      KeyConditionExpression: 'accountid = :account',
      ExpressionAttributeValues: { ':account': { S: account } },
      Select: 'COUNT',
      ConsistentRead: true,
    } as const;
    let count = 0;
    for await (const { Count = 0 } of paginateQuery({ client: this.#dynamodb }, query)) count += Count;
    return count;
  }
}
