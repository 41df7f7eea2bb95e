import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { EventLog } from '../../../lambda/stores/event-log.ts';
import { TaskListTable } from '../../../lambda/stores/task-list.ts';
import { startDynamoDb } from '../../../local/engines/dynamodb.ts';
import { silentProgress } from '../../../operations/progress.ts';
import { rebuildTasks } from '../../../operations/rebuild-tasks/rebuild-tasks.ts';
import { client, scratchFolder, started } from '../../local/engines/scratch.ts';
import { createTaskTables } from '../../support/task-tables.ts';
import { create, history, InMemoryAudit, remove, update } from '../../support/tasks.ts';

let dynamoDb: DynamoDBClient;
let views: TaskListTable;

beforeAll(async () => {
  const engine = await started(startDynamoDb({ path: scratchFolder() }));
  dynamoDb = new DynamoDBClient({ ...client, endpoint: engine.url });
  await createTaskTables(dynamoDb);
  views = new TaskListTable(dynamoDb, 'tasks');
});
afterAll(() => dynamoDb.destroy());

const rebuild = (audit = new InMemoryAudit(), signal = new AbortController().signal) =>
  rebuildTasks({ dynamodb: dynamoDb, table: 'events' }, { audit, views }, { signal, progress: silentProgress });

describe('rebuilding what listens to tasks', () => {
  const histories = Array.from({ length: 20 }, (_, n) => {
    const changes = Array.from({ length: n * 3 }, (_, m) => update({ summary: `${m}`.padEnd(n * 400, '.') }));
    const last = n % 5 === 0 ? [remove] : [];
    return history([create, ...changes, ...last], `01KAXA00000000000000000T${String(n).padStart(2, '0')}`);
  });
  const events = histories.flatMap((each) => each.events);

  beforeAll(async () => {
    const log = new EventLog(dynamoDb, 'events', 'us-east-1');
    for (const event of events) await log.append(event);
  });

  it('makes every view and every object from nothing but the log, again and again the same', async () => {
    for (let run = 0; run < 2; run++) {
      const audit = new InMemoryAudit();
      expect(await rebuild(audit)).toEqual({ tasks: 20, events: events.length });
      expect([...audit.objects.keys()].toSorted()).toEqual(events.map(({ id }) => id).toSorted());
      for (const { task } of histories) expect(await views.get(task.id)).toEqual(task);
      expect((await views.page(undefined, 100)).tasks).toHaveLength(16);
    }
  });

  it('mends a view that is wrong, and leaves one of a later version alone', async () => {
    const [first, second] = histories.slice(1) as [(typeof histories)[number], (typeof histories)[number]];
    await views.put({ ...first.task, name: 'wrong' });
    const later = { ...second.task, version: second.task.version + 1, name: 'later' };
    await views.put(later);
    await rebuild();
    expect(await views.get(first.task.id)).toEqual(first.task);
    expect(await views.get(second.task.id)).toEqual(later);
  });

  it('fails where an object cannot be written, and where the log holds what is no event', async () => {
    const audit = new InMemoryAudit();
    audit.put = async () => Promise.reject(new Error('no room'));
    await expect(rebuild(audit)).rejects.toThrow('no room');

    await dynamoDb.send(
      new PutItemCommand({ TableName: 'events', Item: { aggregate: { S: 'bad' }, version: { N: '1' } } }),
    );
    await expect(rebuild()).rejects.toThrow('no-envelope');
  });
});
