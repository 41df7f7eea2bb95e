import { DynamoDBClient, GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { TaskEvent } from '../../../domain/task/task-events.ts';
import { handleTaskCommand } from '../../../lambda/handle-task-command/handle-task-command.ts';
import { EventLog } from '../../../lambda/stores/event-log.ts';
import { SnapshotTable } from '../../../lambda/stores/snapshot-table.ts';
import { TaskStore } from '../../../lambda/stores/task-store.ts';
import { startDynamoDb } from '../../../local/engines/dynamodb.ts';
import { client, scratchFolder, started } from '../../local/engines/scratch.ts';
import { proxyEvent } from '../../support/events.ts';
import { createTaskTables } from '../../support/task-tables.ts';
import { create, history, update } from '../../support/tasks.ts';
import { snapshotsContract, taskLogContract } from './task-log-contract.ts';

let dynamoDb: DynamoDBClient;
let log: EventLog;

beforeAll(async () => {
  const engine = await started(startDynamoDb({ path: scratchFolder() }));
  dynamoDb = new DynamoDBClient({ ...client, endpoint: engine.url });
  await createTaskTables(dynamoDb);
  log = new EventLog(dynamoDb, 'events', 'us-east-1');
});
afterAll(() => dynamoDb.destroy());

const item = async (aggregate: string, version: number) => {
  const Key = { aggregate: { S: aggregate }, version: { N: String(version) } };
  const { Item } = await dynamoDb.send(new GetItemCommand({ TableName: 'events', Key, ConsistentRead: true }));
  return Item && unmarshall(Item);
};

describe('the event log', () => {
  taskLogContract(() => log);

  it('keeps an item an event, the event whole, beside the region that appended it', async () => {
    const { events } = history([create, update({ summary: null })], 'items');
    for (const event of events) await log.append(event);
    expect(await item('items', 2)).toEqual({ aggregate: 'items', version: 2, event: events[1], region: 'us-east-1' });
  });

  it('knows its own event again when the answer to the put was lost', async () => {
    const { events } = history([create, update({ done: true })], 'lost');
    const lossy = new DynamoDBClient({ ...client, endpoint: await dynamoDb.config.endpoint?.(), maxAttempts: 2 });
    let lost = 0;
    lossy.middlewareStack.add(
      (next, { commandName }) =>
        async (request) => {
          const answer = await next(request);
          if (commandName !== 'PutItemCommand' || lost++ > 0) return answer;
          throw Object.assign(new Error('the connection broke'), { name: 'TimeoutError' });
        },
      { step: 'deserialize', priority: 'low' },
    );
    await new EventLog(lossy, 'events', 'us-east-1').append(events[0] as TaskEvent);
    lossy.destroy();
    expect(lost).toBe(2);
    expect(await item('lost', 1)).toMatchObject({ event: events[0] });
  });

  it('reads on where a page of DynamoDB ends', async () => {
    const changes = Array.from({ length: 150 }, (_, n) => update({ summary: `${n}`.padEnd(9_000, '.') }));
    const { events } = history([create, ...changes], 'pages');
    for (const event of events) await log.append(event);
    const { LastEvaluatedKey } = await dynamoDb.send(
      new QueryCommand({
        TableName: 'events',
        KeyConditionExpression: '#a = :a',
        ExpressionAttributeNames: { '#a': 'aggregate' },
        ExpressionAttributeValues: { ':a': { S: 'pages' } },
      }),
    );
    const read: string[] = [];
    for await (const { sequence } of log.read('pages')) read.push(sequence);
    expect(LastEvaluatedKey).toBeDefined();
    expect(read).toEqual(events.map(({ sequence }) => sequence));
  });

  it('fails at an item that holds no event', async () => {
    await dynamoDb.send(
      new PutItemCommand({ TableName: 'events', Item: { aggregate: { S: 'bad' }, version: { N: '1' } } }),
    );
    await expect(log.read('bad').next()).rejects.toThrow('no-envelope');
  });
});

describe('the table of snapshots', () => {
  snapshotsContract((reducer) => new SnapshotTable(dynamoDb, 'snapshots', reducer));
});

describe('fifty writers of one task, four updates each', () => {
  it('make the versions 1 to 201 without a gap or a double, and every refusal is a 409', async () => {
    // A function's environment serves one request at a time: these are fifty of them.
    const writers = Array.from({ length: 50 }, () =>
      handleTaskCommand(new TaskStore(log, new SnapshotTable(dynamoDb, 'snapshots', 'this reducer'))),
    );
    const [first] = writers as [(typeof writers)[number]];
    const created = await first(proxyEvent({ method: 'POST', path: '/tasks', body: '{"name":"Contested"}' }));
    const { id } = JSON.parse(created.body);
    const statuses: Record<number, number> = {};

    await Promise.all(
      writers.map(async (write, writer) => {
        for (let n = 0; n < 4; ) {
          const { statusCode } = await write(
            proxyEvent({
              method: 'PATCH',
              path: `/tasks/${id}`,
              pathParameters: { id },
              body: JSON.stringify({ summary: `${writer}/${n}` }),
            }),
          );
          statuses[statusCode] = (statuses[statusCode] ?? 0) + 1;
          if (statusCode === 200) n++;
        }
      }),
    );

    const events: TaskEvent[] = [];
    for await (const event of log.read(id)) events.push(event);
    expect(events.map(({ sequence }) => Number(sequence))).toEqual(Array.from({ length: 201 }, (_, n) => n + 1));
    expect(new Set(events.slice(1).map(({ data }) => (data as { summary: string }).summary)).size).toBe(200);
    const ids = events.map(({ commandid }) => commandid);
    expect(ids).toEqual([...new Set(ids)].toSorted());
    expect(statuses[200]).toBe(200);
    expect(Object.keys(statuses).filter((status) => status !== '200' && status !== '409')).toEqual([]);
  }, 60_000);
});
