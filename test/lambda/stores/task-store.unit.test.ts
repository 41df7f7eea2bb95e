import { describe, expect, it, jest } from '@jest/globals';
import type { Task } from '../../../domain/task/task.ts';
import { TaskStore } from '../../../lambda/stores/task-store.ts';
import { create, history, InMemorySnapshots, InMemoryTaskLog, taskId, update } from '../../support/tasks.ts';

const { events, task } = history([create, ...Array.from({ length: 249 }, (_, n) => update({ summary: `${n}` }))]);

const appendAll = async (store: TaskStore) => {
  for (const event of events) await store.append(await store.load(taskId), event);
};

describe('a task', () => {
  it('is read from its newest snapshot on, taken every so many events', async () => {
    const [log, snapshots] = [new InMemoryTaskLog(), new InMemorySnapshots()];
    await appendAll(new TaskStore(log, snapshots, 100));
    log.reads = 0;

    const loaded = await new TaskStore(log, snapshots).load(taskId);

    expect(loaded).toEqual({ task, snapshotVersion: 200 });
    expect(log.reads).toBe(50);
  });

  it('is never read from a snapshot that another reducer made', async () => {
    const log = new InMemoryTaskLog();
    const { kept } = new InMemorySnapshots();
    await appendAll(new TaskStore(log, new InMemorySnapshots('older', kept)));
    const wrong = { ...(kept.get(taskId)?.task as Task), name: 'what the older reducer made of it' };
    kept.set(taskId, { reducer: 'older', task: wrong });
    log.reads = 0;

    const loaded = await new TaskStore(log, new InMemorySnapshots('newer', kept)).load(taskId);

    expect(loaded).toEqual({ task, snapshotVersion: 0 });
    expect(log.reads).toBe(250);
  });

  it('gets a snapshot of the new reducer with the next event, however far it is', async () => {
    const log = new InMemoryTaskLog();
    const { kept } = new InMemorySnapshots();
    await appendAll(new TaskStore(log, new InMemorySnapshots('older', kept)));
    const store = new TaskStore(log, new InMemorySnapshots('newer', kept));
    const [next] = history([create, ...Array(250).fill(update({ done: true }))]).events.slice(-1);

    await store.append(await store.load(taskId), next as (typeof events)[number]);

    expect(kept.get(taskId)).toMatchObject({ reducer: 'newer', task: { version: 251 } });
  });

  it('is appended to although its snapshot cannot be written', async () => {
    const said = jest.spyOn(console, 'error').mockImplementation(() => {});
    const snapshots = new InMemorySnapshots();
    snapshots.put = async () => Promise.reject(new Error('no room'));
    const store = new TaskStore(new InMemoryTaskLog(), snapshots);

    await appendAll(store);

    expect((await store.load(taskId)).task).toEqual(task);
    expect(said).toHaveBeenCalled();
    said.mockRestore();
  });
});
