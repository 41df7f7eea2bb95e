import { expect, it } from '@jest/globals';
import type { TaskEvent } from '../../../domain/task/task-events.ts';
import { type Snapshots, type TaskLog, VersionConflict } from '../../../lambda/stores/task-log.ts';
import { commandId, create, history, remove, update } from '../../support/tasks.ts';

const read = async (log: TaskLog, taskId: string, after?: number): Promise<TaskEvent[]> => {
  const events: TaskEvent[] = [];
  for await (const event of log.read(taskId, after)) events.push(event);
  return events;
};

/** What holds for every log of tasks; each test has a task of its own. */
export function taskLogContract(log: () => TaskLog): void {
  const { events } = history([create, update({ summary: null }), update({ done: true }), remove], 'LOG');
  const of = (id: string) => events.map((event) => ({ ...event, subject: id }));

  it('gives back what was appended, in its order', async () => {
    for (const event of of('all')) await log().append(event);
    expect(await read(log(), 'all')).toEqual(of('all'));
  });

  it('gives back what follows a version', async () => {
    for (const event of of('after')) await log().append(event);
    expect(await read(log(), 'after', 2)).toEqual(of('after').slice(2));
    expect(await read(log(), 'after', 4)).toEqual([]);
  });

  it('has nothing of a task that nobody created', async () => expect(await read(log(), 'nobody')).toEqual([]));

  it('takes one event of a version and refuses the second, which changes nothing', async () => {
    const [created] = of('conflict') as [TaskEvent];
    await log().append(created);
    const other = { ...created, commandid: commandId(9), data: { name: 'Other' } } as TaskEvent;
    await expect(log().append(other)).rejects.toThrow(VersionConflict);
    expect(await read(log(), 'conflict')).toEqual([created]);
  });

  it('lets one of fifty writers of one version win', async () => {
    const [created] = of('race') as [TaskEvent];
    const writers = Array.from({ length: 50 }, (_, n) => log().append({ ...created, commandid: commandId(n) }));
    const outcomes = await Promise.allSettled(writers);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const winner = outcomes.findIndex(({ status }) => status === 'fulfilled');
    expect((await read(log(), 'race')).map(({ commandid }) => commandid)).toEqual([commandId(winner)]);
  });
}

/** What holds for every store of snapshots; `snapshots` makes one for a reducer, all over the same data. */
export function snapshotsContract(snapshots: (reducer: string) => Snapshots): void {
  const task = (id: string, version: number) => ({ ...history([create], id).task, version });

  it('gives back the newest that was put, whatever the order', async () => {
    await snapshots('new').put(task('newest', 200));
    await snapshots('new').put(task('newest', 100));
    expect(await snapshots('new').get('newest')).toEqual(task('newest', 200));
  });

  it('has none that another reducer made', async () => {
    await snapshots('old').put(task('stale', 300));
    expect(await snapshots('new').get('stale')).toBeUndefined();
  });

  it('takes the place of one that another reducer made, even of a later version', async () => {
    await snapshots('old').put(task('replaced', 300));
    await snapshots('new').put(task('replaced', 200));
    expect(await snapshots('new').get('replaced')).toEqual(task('replaced', 200));
  });
}
