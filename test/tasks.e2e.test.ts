import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TaskEvent } from '../domain/task/task-events.ts';
import type { TaskView } from '../domain/task/task-view.ts';
import { eventually } from './support/eventually.ts';
import { type RunningOrderSystem, startOrderSystem } from './support/order-system.ts';

let running: RunningOrderSystem;
beforeAll(async () => {
  running = await startOrderSystem();
});
afterAll(() => running?.close());

/** Calls the API with the key, as `curl -X METHOD -d BODY` does. */
const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
  const response = await running.system.request(path, { method, headers, body: body && JSON.stringify(body) } as never);
  const answer = (await response.json()) as TaskView & { events: TaskEvent[]; next?: string };
  return { status: response.status, headers: response.headers, body: answer };
};

describe('tasks', () => {
  it('are created, read, changed and deleted, in the shape of the originals', async () => {
    const created = await call('POST', 'tasks', { name: 'My New Task', summary: 'Task Summary' });
    const path = `tasks/${created.body.id}`;
    expect([created.status, created.headers.get('etag'), created.headers.get('location')]).toEqual([201, '"1"', path]);
    expect(created.body).toEqual({
      aggregate_type: 'Task',
      command_id: expect.stringMatching(/^[0-7][0-9A-Z]{25}$/),
      id: expect.stringMatching(/^[0-7][0-9A-Z]{25}$/),
      task: {
        id: created.body.id,
        created_at: expect.stringMatching(/Z$/),
        updated_at: created.body.task.created_at,
        name: 'My New Task',
        summary: 'Task Summary',
        done: false,
        deleted: false,
      },
    });
    expect(await call('GET', path)).toMatchObject({ status: 200, body: created.body });

    const patched = await call('PATCH', path, { summary: null, done: true });
    expect(patched).toMatchObject({ status: 200, body: { task: { name: 'My New Task', summary: null, done: true } } });
    expect(patched.body.command_id > created.body.command_id).toBe(true);
    expect((await call('GET', path)).body).toEqual(patched.body);
    expect((await call('PATCH', path, { done: false }, { 'If-Match': '"1"' })).status).toBe(412);

    const removed = await call('DELETE', path);
    expect(removed).toMatchObject({ status: 200, body: { task: { deleted: true, done: true } } });
    expect(removed.body.command_id > patched.body.command_id).toBe(true);
    expect((await call('GET', path)).status).toBe(410);
    expect((await call('PATCH', path, { done: true })).status).toBe(410);
    expect((await call('GET', `${path}?at=${patched.body.command_id}`)).body).toEqual(patched.body);
    expect((await call('GET', `${path}?at=${removed.body.command_id}`)).body).toEqual(removed.body);

    const { events } = (await call('GET', `${path}/events`)).body;
    expect(events.map(({ type, sequence, commandid }) => [type, sequence, commandid])).toEqual([
      ['TaskCreated', '0000000001', created.body.command_id],
      ['TaskUpdated', '0000000002', patched.body.command_id],
      ['TaskDeleted', '0000000003', removed.body.command_id],
    ]);
    expect((await call('GET', `tasks/${created.body.command_id}`)).status).toBe(404);
  });

  it('take 50 writers of one task, 20 updates each: versions 1 to 1,001 without a gap or a double, and no 5xx', async () => {
    const { id } = (await call('POST', 'tasks', { name: 'Contested' })).body;
    const statuses: number[] = [];

    await Promise.all(
      Array.from({ length: 50 }, async (_, writer) => {
        for (let n = 0; n < 20; ) {
          const { status } = await call('PATCH', `tasks/${id}`, { summary: `${writer}/${n}` });
          statuses.push(status);
          if (status === 200) n++;
        }
      }),
    );

    const { events, next } = (await call('GET', `tasks/${id}/events`)).body;
    expect(next).toBeUndefined();
    expect(events.map(({ sequence }) => Number(sequence))).toEqual(Array.from({ length: 1_001 }, (_, n) => n + 1));
    const summaries = events.slice(1).map(({ data }) => (data as { summary: string }).summary);
    expect(new Set(summaries).size).toBe(1_000);
    expect((await call('GET', `tasks/${id}`)).body.task.summary).toBe(summaries.at(-1));
    expect(statuses.filter((status) => status !== 200 && status !== 409)).toEqual([]);
  }, 120_000);
});

describe('what listens to tasks', () => {
  const keys = (id: string) => running.system.keys('TaskAuditBucketName', `events/task/${id}-`);
  const list = async (query: string) => {
    const { body } = await call('GET', `tasks?${query}`);
    return (body as unknown as { tasks: TaskView[] }).tasks;
  };

  it('keeps every event as an object, and lists the tasks that are open, or done, and not those deleted', async () => {
    const { body: created } = await call('POST', 'tasks', { name: 'Listed' });
    const { id } = created;
    await eventually(async () => expect(await list('done=false')).toContainEqual(created));

    const { body: done } = await call('PATCH', `tasks/${id}`, { done: true });
    await eventually(async () => expect(await list('done=true')).toContainEqual(done));
    expect((await list('done=false')).map((task) => task.id)).not.toContain(id);

    await call('DELETE', `tasks/${id}`);
    await eventually(async () => expect((await list('')).map((task) => task.id)).not.toContain(id));
    const { events } = (await call('GET', `tasks/${id}/events`)).body;
    expect((await keys(id)).toSorted()).toEqual([1, 2, 3].map((version) => `events/task/${id}-${version}.json`));
    for (const event of events) {
      const object = await running.system.object('TaskAuditBucketName', `events/task/${event.id}.json`);
      expect(JSON.parse(object)).toEqual(event);
    }
  });

  it('has everything of what was contested, in the end', async () => {
    const { body } = await call('POST', 'tasks', { name: 'Busy' });
    for (let n = 0; n < 30; n++) await call('PATCH', `tasks/${body.id}`, { summary: `${n}` });
    await eventually(async () => expect(await keys(body.id)).toHaveLength(31));
    await eventually(async () => {
      const [busy] = (await list('done=false')).filter(({ id }) => id === body.id);
      expect(busy).toEqual((await call('GET', `tasks/${body.id}`)).body);
    });
    expect(await running.system.setAside()).toEqual([]);
  });
});
