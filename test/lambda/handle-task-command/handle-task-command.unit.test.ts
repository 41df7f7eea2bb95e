import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { TaskEvent } from '../../../domain/task/task-events.ts';
import { handleTaskCommand } from '../../../lambda/handle-task-command/handle-task-command.ts';
import { VersionConflict } from '../../../lambda/stores/task-log.ts';
import { TaskStore } from '../../../lambda/stores/task-store.ts';
import { proxyEvent } from '../../support/events.ts';
import { InMemorySnapshots, InMemoryTaskLog, TaskApi, taskId } from '../../support/tasks.ts';

const ulid = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
const now = new Date('2026-11-22T10:15:30.123Z');

describe('POST /tasks', () => {
  it('answers 201 with the task, its version and where it is', async () => {
    const { status, headers, body } = await new TaskApi(undefined, () => now).post({ name: 'Write' });

    expect(status).toBe(201);
    expect(headers).toMatchObject({ ETag: '"1"', Location: `tasks/${body.id}` });
    expect(body).toEqual({
      aggregate_type: 'Task',
      command_id: expect.stringMatching(ulid),
      id: expect.stringMatching(ulid),
      task: {
        id: body.id,
        created_at: now.toISOString(),
        updated_at: now.toISOString(),
        name: 'Write',
        summary: null,
        done: false,
        deleted: false,
      },
    });
  });

  it('says where the task is from a path that ends with a slash, too', async () => {
    const tasks = new TaskStore(new InMemoryTaskLog(), new InMemorySnapshots());
    const request = proxyEvent({ method: 'POST', path: '/tasks/', resource: '/tasks', body: '{"name":"Write"}' });
    const { headers, body } = await handleTaskCommand(tasks)(request);
    const { pathname } = new URL(String(headers?.Location), 'http://localhost/prod/tasks/');
    expect(pathname).toBe(`/prod/tasks/${JSON.parse(body).id}`);
  });

  it('takes a summary and done', async () => {
    const { body } = await new TaskApi().post({ name: 'Write', summary: 'a page', done: true });
    expect(body.task).toMatchObject({ summary: 'a page', done: true });
  });

  it('makes a task each time', async () => {
    const api = new TaskApi();
    expect((await api.post({ name: 'Write' })).body.id).not.toBe((await api.post({ name: 'Write' })).body.id);
  });

  it('answers what it answered before when it is sent again under its Idempotency-Key, whatever came between', async () => {
    const api = new TaskApi();
    const send = () => api.post({ name: 'Write' }, { 'Idempotency-Key': 'key-1' });
    const first = await send();
    await api.patch(first.body.id, { done: true });
    await api.remove(first.body.id);

    expect(await send()).toEqual(first);
    expect((await api.events(first.body.id)).body.events).toHaveLength(3);
  });

  it('makes one task of the same post sent fifty times at once under one key', async () => {
    const api = new TaskApi();
    const sent = Array.from({ length: 50 }, () => api.post({ name: 'Write' }, { 'Idempotency-Key': 'key-1' }));
    const answers = await Promise.all(sent);
    expect(new Set(answers.map(({ body }) => body.command_id)).size).toBe(1);
  });

  it('makes one task of the same post sent again in another session of a role, and names who asked', async () => {
    const api = new TaskApi();
    const send = async (userArn: string) => {
      const headers = { 'Idempotency-Key': 'key-1' };
      const request = proxyEvent({ method: 'POST', path: '/tasks', body: '{"name":"Write"}', headers });
      const requestContext = { identity: { userArn } } as never;
      return JSON.parse((await api.command({ ...request, requestContext })).body).id as string;
    };
    const role = 'arn:aws:sts::000000000000:assumed-role/Shop';
    const id = await send(`${role}/session-1`);
    expect(await send(`${role}/session-2`)).toBe(id);
    expect((await api.events(id)).body.events[0].actor).toBe(`${role}/session-1`);
    expect(await send(`${role}keeper/session-1`)).not.toBe(id);
    expect(await send('arn:aws:sts::000000000001:assumed-role/Shop/session-1')).not.toBe(id);
    expect(await send('arn:aws:iam::000000000000:user/assumed-role/Shop')).not.toBe(id);
  });

  it('makes another task of another body or another caller under the same key', async () => {
    const command = new TaskApi().command;
    const post = async (name: string, apiKeyId: string) => {
      const request = proxyEvent({
        method: 'POST',
        path: '/tasks',
        headers: { 'Idempotency-Key': 'key-1' },
        body: JSON.stringify({ name }),
      });
      const requestContext = { identity: { apiKeyId } } as never;
      return JSON.parse((await command({ ...request, requestContext })).body).id;
    };
    expect(
      new Set([await post('a', 'k1'), await post('b', 'k1'), await post('a', 'k2'), await post('a', 'k1')]).size,
    ).toBe(3);
  });
});

describe('PATCH and DELETE /tasks/{id}', () => {
  it('answer 200 with the task as it is then', async () => {
    const api = new TaskApi();
    const { body: created } = await api.post({ name: 'Write', summary: 'a page' });
    const patched = await api.patch(created.id, { summary: null, done: true });
    expect([patched.status, patched.headers.ETag]).toEqual([200, '"2"']);
    expect(patched.body.task).toMatchObject({ name: 'Write', summary: null, done: true, deleted: false });

    const removed = await api.remove(created.id);
    expect([removed.status, removed.headers.ETag]).toEqual([200, '"3"']);
    expect(removed.body.task).toMatchObject({ name: 'Write', done: true, deleted: true });
  });

  it('answer 404 for a task that nobody created, and for what is no id at all', async () => {
    const api = new TaskApi();
    for (const id of [taskId, 'nothing', '..', taskId.toLowerCase(), '%2e%2e', `${taskId}0`]) {
      expect([id, (await api.patch(id, { done: true })).status]).toEqual([id, 404]);
      expect([id, (await api.remove(id)).body]).toEqual([id, expect.objectContaining({ code: 'task-not-found' })]);
    }
  });

  it('answer 410 once the task was deleted', async () => {
    const api = new TaskApi();
    const { id } = (await api.post({ name: 'Write' })).body;
    await api.remove(id);
    expect(await api.remove(id)).toMatchObject({ status: 410, body: { code: 'task-deleted', title: 'Gone' } });
    expect((await api.patch(id, { done: true })).status).toBe(410);
  });

  it('are refused with an Idempotency-Key, which could not keep what it promises there', async () => {
    const api = new TaskApi();
    const { id } = (await api.post({ name: 'Write' })).body;
    const refused = await api.remove(id, { 'Idempotency-Key': 'key-1' });
    expect([refused.status, refused.body.errors[0].field]).toEqual([422, 'Idempotency-Key']);
  });
});

describe('If-Match', () => {
  const contested = async () => {
    const api = new TaskApi();
    const { id } = (await api.post({ name: 'Write' })).body;
    await api.patch(id, { done: true });
    return { api, id };
  };

  it.each(['"2"', '*', '"1", "2"', ' "2" '])('%s lets a change through to a task of version 2', async (ifMatch) => {
    const { api, id } = await contested();
    expect((await api.patch(id, { name: 'Read' }, { 'If-Match': ifMatch })).status).toBe(200);
  });

  it.each(['"1"', '"3"', '"02"', 'W/"2"', '"1", "3"'])('%s is answered 412, and changes nothing', async (ifMatch) => {
    const { api, id } = await contested();
    const refused = await api.remove(id, { 'If-Match': ifMatch });
    expect(refused).toMatchObject({ status: 412, body: { code: 'precondition-failed' } });
    expect((await api.get(id)).headers.ETag).toBe('"2"');
  });

  it.each(['2', '', '"2', "'2'", '"1" "2"', '*, "2"'])('%s is answered 422', async (ifMatch) => {
    const { api, id } = await contested();
    const refused = await api.patch(id, { done: true }, { 'If-Match': ifMatch });
    expect([refused.status, refused.body.errors[0].field]).toEqual([422, 'If-Match']);
  });

  it('makes one of two writers win who saw the same version', async () => {
    const { api, id } = await contested();
    const change = (name: string) => api.patch(id, { name }, { 'If-Match': '"2"' });
    const statuses = (await Promise.all([change('a'), change('b')])).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual([200, 412]);
  });

  it('comes after 404 and 410', async () => {
    const { api, id } = await contested();
    expect((await api.remove(taskId, { 'If-Match': '"1"' })).status).toBe(404);
    await api.remove(id);
    expect((await api.remove(id, { 'If-Match': '"1"' })).status).toBe(410);
  });
});

describe('the ids of commands', () => {
  it('grow from command to command of a task, whatever the clocks of the functions say, and so does the time', async () => {
    const store = new TaskStore(new InMemoryTaskLog(), new InMemorySnapshots());
    const clocks = [
      '2026-11-22T10:00:00.000Z',
      '2031-01-01T00:00:00.000Z',
      '2019-01-01T00:00:00.000Z',
      '2026-11-22T10:00:01.000Z',
    ];
    const functions = clocks.map((clock) => new TaskApi(store, () => new Date(clock)));
    const { id } = (await (functions[0] as TaskApi).post({ name: 'Write' })).body;
    for (let n = 0; n < 40; n++) await (functions[n % clocks.length] as TaskApi).patch(id, { done: n % 2 === 0 });

    const { events } = (await (functions[0] as TaskApi).events(id)).body;
    const ids = events.map(({ commandid }: TaskEvent) => commandid);
    const times = events.map(({ time }: TaskEvent) => time);
    expect(ids).toHaveLength(41);
    expect(ids).toEqual([...new Set(ids)].toSorted());
    expect(times).toEqual(times.toSorted());
    for (const commandid of ids) expect(commandid).toMatch(ulid);
  });
});

describe('an event', () => {
  it('says which command it came from, what caused it, to what it belongs and who gave it', async () => {
    const api = new TaskApi();
    const request = proxyEvent({
      method: 'POST',
      path: '/tasks',
      body: '{"name":"Write"}',
      headers: { 'X-Correlation-Id': 'undertaking-1', 'X-Causation-Id': 'mail-7' },
    });
    const requestContext = { identity: { apiKeyId: 'k1', apiKey: 'secret' } } as never;
    const { id, command_id } = JSON.parse((await api.command({ ...request, requestContext })).body);
    await api.patch(id, { done: true });

    const { events } = (await api.events(id)).body;
    expect(events[0]).toMatchObject({
      commandid: command_id,
      causationid: 'mail-7',
      correlationid: 'undertaking-1',
      actor: 'k1',
    });
    expect(events[1]).toMatchObject({
      causationid: events[1].commandid,
      correlationid: events[1].commandid,
      actor: 'anyone',
    });
    expect(JSON.stringify(events)).not.toContain('secret');
  });
});

describe('a command that keeps meeting others', () => {
  it('is answered 409 after a bounded number of tries, with when to come again', async () => {
    const log = new InMemoryTaskLog();
    let tries = 0;
    const contested = {
      read: log.read.bind(log),
      append: async (event: TaskEvent) => {
        if (event.type === 'TaskCreated') return log.append(event);
        tries++;
        throw new VersionConflict(event);
      },
    };
    const api = new TaskApi(new TaskStore(contested, new InMemorySnapshots()));
    const { id } = (await api.post({ name: 'Write' })).body;

    const refused = await api.patch(id, { done: true });

    expect(refused).toMatchObject({ status: 409, headers: { 'Retry-After': '1' }, body: { code: 'conflict' } });
    expect(tries).toBe(12);
  }, 15_000);

  it('fails as it is when the log is out of order, and is not tried again', async () => {
    const broken = {
      read: new InMemoryTaskLog().read,
      append: async () => Promise.reject(new Error('the log is gone')),
    };
    const store = new TaskStore({ ...broken, read: async function* () {} }, new InMemorySnapshots());
    const request = proxyEvent({ method: 'POST', path: '/tasks', body: '{"name":"Write"}' });
    await expect(handleTaskCommand(store)(request)).rejects.toThrow('the log is gone');
  });
});

describe('a command whose answer the log has lost', () => {
  const setUp = () => {
    jest.spyOn(console, 'error').mockImplementation(() => {});
    const log = new InMemoryTaskLog();
    const lost = { next: true };
    const append = async (event: TaskEvent) => {
      await log.append(event);
      if (!lost.next) return;
      lost.next = false;
      throw Object.assign(new Error('no answer'), { name: 'TimeoutError' });
    };
    const api = new TaskApi(new TaskStore({ append, read: log.read.bind(log) }, new InMemorySnapshots()));
    return { api, lost };
  };
  const unavailable = { status: 503, headers: { 'Retry-After': '1' }, body: { code: 'unavailable' } };
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('is answered 503 and was done: once, where it is sent again under its Idempotency-Key', async () => {
    const { api } = setUp();
    const send = () => api.post({ name: 'Write' }, { 'Idempotency-Key': 'key-1' });
    expect(await send()).toMatchObject(unavailable);
    const { status, body } = await send();
    expect(status).toBe(201);
    expect((await api.events(body.id)).body.events).toHaveLength(1);
  });

  it('is answered 503 and was done: once, where it is sent again with its If-Match', async () => {
    const { api, lost } = setUp();
    lost.next = false;
    const { id } = (await api.post({ name: 'Write' })).body;
    lost.next = true;
    const send = () => api.patch(id, { done: true }, { 'If-Match': '"1"' });
    expect(await send()).toMatchObject(unavailable);
    expect((await send()).status).toBe(412);
    expect((await api.get(id)).body.task.done).toBe(true);
    expect((await api.events(id)).body.events).toHaveLength(2);
  });
});
