import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { evolve, initialTask } from '../../../domain/task/task.ts';
import { type TaskView, taskView } from '../../../domain/task/task-view.ts';
import { TaskStore } from '../../../lambda/stores/task-store.ts';
import {
  commandId,
  create,
  history,
  InMemorySnapshots,
  InMemoryTaskLog,
  InMemoryTaskViews,
  remove,
  TaskApi,
  taskId,
  update,
} from '../../support/tasks.ts';
import { numbered } from '../stores/task-list-contract.ts';

/** An API whose log holds what these intents made of `taskId`, with snapshots in between. */
const apiOf = async (intents: Parameters<typeof history>[0], snapshotEvery = 3) => {
  const { events } = history(intents);
  const store = new TaskStore(new InMemoryTaskLog(), new InMemorySnapshots(), snapshotEvery);
  for (const event of events) await store.append(await store.load(taskId), event);
  return { api: new TaskApi(store), events };
};

describe('GET /tasks/{id}', () => {
  it('answers what the command before it answered', async () => {
    const api = new TaskApi();
    const created = await api.post({ name: 'Write' });
    const { id } = created.body;
    expect(await api.get(id)).toMatchObject({ status: 200, headers: { ETag: '"1"' }, body: created.body });
    const patched = await api.patch(id, { summary: 'a page' });
    expect((await api.get(id)).body).toEqual(patched.body);
  });

  it('answers 404 for a task that nobody created, and 410 once it was deleted', async () => {
    const { api } = await apiOf([create, remove]);
    expect((await api.get(taskId)).status).toBe(410);
    expect((await api.get(commandId(1))).status).toBe(404);
    expect((await api.get('nothing')).status).toBe(404);
  });
});

describe('GET /tasks/{id}?at=', () => {
  it('answers the task as it was right after a command', async () => {
    const { api, events } = await apiOf([create, update({ done: true }), update({ name: 'Read' }), remove]);
    for (const n of events.keys()) {
      const past = events.slice(0, n + 1).reduce(evolve, initialTask);
      expect(await api.get(taskId, { at: commandId(n) })).toMatchObject({
        status: 200,
        headers: { ETag: `"${n + 1}"` },
        body: taskView(past),
      });
    }
  });

  it('answers the task as it was at a time, between commands too', async () => {
    const { api } = await apiOf([create, update({ done: true })]);
    const at = async (time: string) => (await api.get(taskId, { at: time })).body.task?.done;
    expect(await at('2026-11-22T10:00:00.999Z')).toBe(false);
    expect(await at('2026-11-22T10:00:01.000Z')).toBe(true);
    expect(await at('2026-11-22T11:00:01+01:00')).toBe(true);
    expect(await at('2026-11-22T10:00:00Z')).toBe(false);
  });

  it('answers 404 before it was created', async () => {
    const { api } = await apiOf([create]);
    expect((await api.get(taskId, { at: '2026-11-22T09:59:59.999Z' })).status).toBe(404);
  });

  it.each(['yesterday', '', '2026-11-22', '2026-11-22T10:00:00', '1', 'null'])('answers 422 to %j', async (at) => {
    const { api } = await apiOf([create]);
    const refused = await api.get(taskId, { at });
    expect([refused.status, refused.body.errors[0].field]).toEqual([422, 'at']);
  });

  it('answers, at each past command of 1,000 random histories, the fold up to it; and now, the whole fold', async () => {
    const text = fc.string({ minLength: 1, maxLength: 5 });
    const changes = fc.record(
      { name: text, summary: fc.option(text, { nil: null }), done: fc.boolean() },
      { requiredKeys: [] },
    );
    const random = fc.tuple(
      fc.record({ name: text, summary: fc.option(text, { nil: null }), done: fc.boolean() }),
      fc.array(changes, { maxLength: 12 }),
      fc.boolean(),
      fc.integer({ min: 1, max: 5 }),
    );
    let histories = 0;
    await fc.assert(
      fc.asyncProperty(random, async ([created, updates, isDeleted, snapshotEvery]) => {
        const intents = [
          { type: 'CreateTask' as const, ...created },
          ...updates.map(update),
          ...(isDeleted ? [remove] : []),
        ];
        const { api, events } = await apiOf(intents, snapshotEvery);
        let fold = initialTask;
        for (const event of events) {
          fold = evolve(fold, event);
          const { status, body } = await api.get(taskId, { at: event.commandid });
          expect([status, body]).toEqual([200, taskView(fold)]);
        }
        const { status, body } = await api.get(taskId);
        if (isDeleted) expect(status).toBe(410);
        else expect(body).toEqual(taskView(fold));
        histories++;
      }),
      { numRuns: 1_000 },
    );
    expect(histories).toBe(1_000);
  });
});

describe('GET /tasks/{id}/events', () => {
  it('answers what happened, oldest first, of a deleted task too', async () => {
    const { api, events } = await apiOf([create, update({ done: true }), remove]);
    expect(await api.events(taskId)).toMatchObject({ status: 200, body: { events } });
  });

  it('pages, where it is told to', async () => {
    const { api, events } = await apiOf([create, update({ done: true }), update({ done: false }), remove]);
    const read: unknown[] = [];
    let next: string | undefined;
    do {
      const { body } = await api.events(taskId, { limit: '3', ...(next && { next }) });
      expect(body.events.length).toBeLessThanOrEqual(3);
      read.push(...body.events);
      next = body.next;
    } while (next);
    expect(read).toEqual(events);
  });

  it('ends a page before it outgrows an answer of Lambda', async () => {
    const { api, events } = await apiOf([create, ...Array(200).fill(update({ summary: '"'.repeat(9_500) }))], 1_000);
    const { body } = await api.events(taskId);
    expect(JSON.stringify(JSON.stringify(body)).length).toBeLessThan(5_500_000);
    expect(body.next).toBe(String(body.events.length));
    const rest = (await api.events(taskId, { next: body.next })).body;
    expect([...body.events, ...rest.events]).toHaveLength(events.length);
  });

  it('answers 404 for a task that nobody created', async () =>
    expect((await new TaskApi().events(taskId)).status).toBe(404));

  it.each([
    ['limit', '0'],
    ['limit', '10001'],
    ['next', '-1'],
    ['after', '1'],
  ])('answers 422 to %s=%s', async (name, value) => {
    const refused = await new TaskApi().events(taskId, { [name]: value });
    expect([refused.status, refused.body.errors[0].field]).toEqual([422, name]);
  });
});

describe('GET /tasks', () => {
  const listOf = async (...done: boolean[]) => {
    const views = new InMemoryTaskViews();
    for (const [n, isDone] of done.entries()) await views.put(numbered(n, { done: isDone }));
    return new TaskApi(undefined, undefined, views);
  };
  const namesOf = ({ body }: { body: { tasks: TaskView[] } }) => body.tasks.map(({ task }) => task.name);

  it('answers tasks in the shape of the originals, newest first', async () => {
    const api = await listOf(false, true);
    const { status, body } = await api.list();
    expect(status).toBe(200);
    expect(body).toEqual({ tasks: [taskView(numbered(1, { done: true })), taskView(numbered(0))] });
  });

  it('answers those that are done, or not', async () => {
    const api = await listOf(false, true, false);
    expect(namesOf(await api.list({ done: 'true' }))).toEqual(['task 1']);
    expect(namesOf(await api.list({ done: 'false' }))).toEqual(['task 2', 'task 0']);
  });

  it('pages', async () => {
    const api = await listOf(false, false, false);
    const first = await api.list({ limit: '2' });
    expect(namesOf(first)).toEqual(['task 2', 'task 1']);
    const second = await api.list({ limit: '2', next: first.body.next });
    expect([namesOf(second), second.body.next]).toEqual([['task 0'], undefined]);
  });

  it('ends a page before it outgrows an answer of Lambda', async () => {
    const views = new InMemoryTaskViews();
    for (let n = 0; n < 100; n++) await views.put(numbered(n, { summary: '\0'.repeat(10_000) }));
    const api = new TaskApi(undefined, undefined, views);
    const first = await api.list({ limit: '100' });
    expect(JSON.stringify(JSON.stringify(first.body)).length).toBeLessThan(5_500_000);
    const second = await api.list({ limit: '100', next: first.body.next });
    expect([...namesOf(first), ...namesOf(second)]).toEqual(Array.from({ length: 100 }, (_, n) => `task ${99 - n}`));
  });

  it.each([
    ['done', 'yes'],
    ['done', ''],
    ['limit', '0'],
    ['limit', '101'],
    ['next', 'x'],
    ['next', Buffer.from('2026-11-22T10:00:00.000Z#x').toString('base64url')],
    ['next', `${Buffer.from(`2026-11-22T10:00:00.000Z#${taskId}`).toString('base64url')}=`],
    ['deleted', 'true'],
  ])('answers 422 to %s=%s', async (name, value) => {
    const refused = await (await listOf()).list({ [name]: value });
    expect([refused.status, refused.body.errors[0].field]).toEqual([422, name]);
  });
});
