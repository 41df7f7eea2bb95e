import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson } from '../../../domain/canonical-json.ts';
import { evolve, initialTask } from '../../../domain/task/task.ts';
import type { TaskEvent } from '../../../domain/task/task-events.ts';
import { projectTask } from '../../../lambda/project-task/project-task.ts';
import { kinesisEvent } from '../../support/events.ts';
import { create, history, InMemoryAudit, InMemoryTaskViews, remove, taskId, update } from '../../support/tasks.ts';

jest.spyOn(console, 'info').mockImplementation(() => {});
jest.spyOn(console, 'error').mockImplementation(() => {});

const setUp = () => {
  const [audit, views] = [new InMemoryAudit(), new InMemoryTaskViews()];
  return { audit, views, project: projectTask(audit, views) };
};
const { events, task } = history([create, update({ done: true }), update({ summary: null }), remove]);
const [created, done, cleared] = events as [TaskEvent, TaskEvent, TaskEvent];

describe('project-task', () => {
  it('keeps every event as an object, and of every task what its events made', async () => {
    const { audit, views, project } = setUp();
    expect(await project(kinesisEvent(events))).toEqual({ batchItemFailures: [] });
    expect(await views.get(taskId)).toEqual(task);
    expect([...audit.objects]).toEqual(events.map((event) => [event.id, canonicalJson(event)]));
  });

  it('never goes back in version, and keeps equal bytes, whatever comes again', () =>
    fc.assert(
      // A publisher that dies between two puts publishes again from anywhere before, in order.
      fc.asyncProperty(fc.array(fc.nat({ max: events.length - 1 })), async (restarts) => {
        const { audit, views, project } = setUp();
        const seen: number[] = [];
        views.put = async (next) => {
          seen.push(next.version);
          views.tasks.set(next.id, next);
        };
        let published = 0;
        for (const restart of restarts) {
          const from = Math.min(restart, published);
          published = Math.max(published, from + 1);
          await project(kinesisEvent(events.slice(from, published)));
        }
        await project(kinesisEvent(events));
        expect(seen).toEqual([1, 2, 3, 4]);
        expect(await views.get(taskId)).toEqual(task);
        expect(audit.objects.size).toBe(4);
      }),
    ));

  it('refuses an event that leaves out a version, and what follows it, and goes on with other tasks', async () => {
    const { views, project } = setUp();
    const other = history([create, update({ name: 'Other' })], '01KAXA0000000000000000TASQ');
    const batch = kinesisEvent([created, cleared, ...other.events]);
    const response = await project(batch);
    expect(response.batchItemFailures).toEqual([{ itemIdentifier: batch.Records[1]?.kinesis.sequenceNumber }]);
    expect(await views.get(taskId)).toEqual(evolve(initialTask, created));
    expect(await views.get(other.task.id)).toEqual(other.task);

    await project(kinesisEvent([done, cleared]));
    expect((await views.get(taskId))?.version).toBe(3);
  });

  it('reads every version ever written, and keeps it as it was written', async () => {
    const corpus = readFileSync(join(import.meta.dirname, '../../domain/task/corpus.json'), 'utf8');
    const stored: TaskEvent[] = JSON.parse(corpus).map((entry: { stored: TaskEvent }) => entry.stored);
    const { audit, views, project } = setUp();
    expect(await project(kinesisEvent(stored))).toEqual({ batchItemFailures: [] });
    expect([...audit.objects.values()].toSorted()).toEqual(stored.map(canonicalJson).toSorted());
    expect(views.tasks.size).toBe(3);
  });

  it('refuses an event that lacks what every event of a task has', async () => {
    const { project } = setUp();
    const { sequence, ...bare } = created;
    expect(sequence).toBe('0000000001');
    const batch = kinesisEvent([bare as TaskEvent]);
    expect((await project(batch)).batchItemFailures).toHaveLength(1);
  });
});
