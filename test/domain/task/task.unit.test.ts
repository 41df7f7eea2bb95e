import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  decide,
  evolve,
  initialTask,
  type TaskCommand,
  TaskExists,
  TaskNotFound,
  TaskWasDeleted,
} from '../../../domain/task/task.ts';
import type { TaskEvent } from '../../../domain/task/task-events.ts';
import { taskView } from '../../../domain/task/task-view.ts';
import { specification } from '../../support/given.ts';
import { command, commandId, create, history, remove, taskId, update } from '../../support/tasks.ts';

const given = specification({ initial: initialTask, decide, evolve });
const [created, updated, deleted] = history([create, update({ done: true }), remove]).events as [
  TaskEvent,
  TaskEvent,
  TaskEvent,
];

describe('a task', () => {
  it('is created', () =>
    given()
      .when(command(create))
      .thenHappens({
        id: `${taskId}-1`,
        type: 'TaskCreated',
        subject: taskId,
        time: '2026-11-22T10:00:00.000Z',
        sequence: '0000000001',
        commandid: commandId(0),
        actor: 'a tester',
        causationid: 'request-0',
        correlationid: 'an undertaking',
        data: { name: 'Write', summary: 'a page', done: false },
      }));

  it('cannot be created twice', () => given(created).when(command(create, 1)).thenThrows(TaskExists));

  it('cannot be created again once it was deleted', () =>
    given(created, updated, deleted).when(command(create, 3)).thenThrows(TaskExists));

  it('changes what an update names, and nothing else', () => {
    given(created)
      .when(command(update({ done: true }), 1))
      .thenHappens({ type: 'TaskUpdated', sequence: '0000000002', data: { done: true } });
    given(created)
      .when(command(update({ done: true }), 1))
      .thenIs({ name: 'Write', summary: 'a page', done: true, version: 2, commandId: commandId(1) });
    expect(decide(command(update({ name: undefined, done: true }), 1), evolve(initialTask, created)).data).toEqual({
      done: true,
    });
  });

  it('clears its summary with null, and keeps it without a word of it', () => {
    given(created)
      .when(command(update({ summary: null }), 1))
      .thenIs({ summary: null, name: 'Write' });
    given(created)
      .when(command(update({ name: 'Read' }), 1))
      .thenIs({ summary: 'a page', name: 'Read' });
  });

  it('is opened again', () =>
    given(created, updated)
      .when(command(update({ done: false }), 2))
      .thenIs({ done: false }));

  it('is deleted, and keeps what it was', () =>
    given(created, updated)
      .when(command(remove, 2))
      .thenIs({ deleted: true, name: 'Write', done: true, version: 3, updatedAt: '2026-11-22T10:00:02.000Z' }));

  it('refuses every further command once it was deleted', () => {
    given(created, updated, deleted)
      .when(command(update({ done: true }), 3))
      .thenThrows(TaskWasDeleted);
    given(created, updated, deleted).when(command(remove, 3)).thenThrows(TaskWasDeleted);
  });

  it('is not changed or deleted before it was created', () => {
    given()
      .when(command(update({ done: true })))
      .thenThrows(TaskNotFound);
    given().when(command(remove)).thenThrows(TaskNotFound);
  });

  it('takes no event but the next one', () => {
    expect(() => evolve(initialTask, updated)).toThrow('does not follow version 0');
    expect(() => [created, created].reduce(evolve, initialTask)).toThrow('does not follow version 1');
    expect(() => [created, deleted].reduce(evolve, initialTask)).toThrow('does not follow version 1');
  });

  it('fails at commands and events that nobody knows', () => {
    expect(() => decide({ ...command(create), type: 'PaintTask' } as never, initialTask)).toThrow('PaintTask');
    expect(() => evolve(initialTask, { ...created, type: 'TaskPainted' } as never)).toThrow('TaskPainted');
  });

  it('is answered in the shape of the originals', () =>
    expect(taskView(history([create, update({ summary: null })]).task)).toEqual({
      aggregate_type: 'Task',
      command_id: commandId(1),
      id: taskId,
      task: {
        id: taskId,
        created_at: '2026-11-22T10:00:00.000Z',
        updated_at: '2026-11-22T10:00:01.000Z',
        name: 'Write',
        summary: null,
        done: false,
        deleted: false,
      },
    }));

  it('counts its versions from 1 without a gap, and its command ids grow, whatever is asked of it', () =>
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constant(update({ done: true })), fc.constant(update({ summary: null })))),
        (updates) => {
          const { events, task } = history([create, ...updates, remove]);
          expect(events.map(({ sequence }) => Number(sequence))).toEqual(events.map((_, n) => n + 1));
          expect(events.map(({ commandid }) => commandid)).toEqual(events.map(({ commandid }) => commandid).toSorted());
          expect(task.version).toBe(events.length);
          expect(() => decide(command(remove, events.length) as TaskCommand, task)).toThrow(TaskWasDeleted);
        },
      ),
    ));
});
