import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { TaskListTable } from '../../../lambda/stores/task-list.ts';
import { startDynamoDb } from '../../../local/engines/dynamodb.ts';
import { client, scratchFolder, started } from '../../local/engines/scratch.ts';
import { createTaskTables } from '../../support/task-tables.ts';
import { numbered, taskListContract } from './task-list-contract.ts';

let dynamoDb: DynamoDBClient;
let views: TaskListTable;

beforeAll(async () => {
  const engine = await started(startDynamoDb({ path: scratchFolder() }));
  dynamoDb = new DynamoDBClient({ ...client, endpoint: engine.url });
  await createTaskTables(dynamoDb);
  views = new TaskListTable(dynamoDb, 'tasks');
});
afterAll(() => dynamoDb.destroy());

describe('the table of tasks', () => {
  taskListContract(() => views);

  it('lists every task once where pages of DynamoDB end before the limit', async () => {
    const large = Array.from({ length: 160 }, (_, n) => numbered(n + 1_000, { summary: '.'.repeat(30_000) }));
    await Promise.all(large.map((task) => views.put(task)));
    const found: string[] = [];
    let next: string | undefined;
    do {
      const page = await views.page(false, 100, next);
      found.push(...page.tasks.map(({ id }) => id));
      next = page.next;
    } while (next);
    const ids = large.map(({ id }) => id).toReversed();
    expect(found.filter((id) => ids.includes(id))).toEqual(ids);
    expect(new Set(found).size).toBe(found.length);
  });
});
