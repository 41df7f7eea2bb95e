import { expect, it } from '@jest/globals';
import { encodeTime } from 'ulid';
import type { Task } from '../../../domain/task/task.ts';
import type { TaskViews } from '../../../lambda/project-task/project-task.ts';
import type { TaskList } from '../../../lambda/query-tasks/list-tasks.ts';
import { create, history } from '../../support/tasks.ts';

/** A task of its own for each number, the later the younger. */
export const numbered = (n: number, changes: Partial<Task> = {}): Task => {
  const createdAt = new Date(Date.UTC(2026, 10, 22, 10, 0, 0, n)).toISOString();
  const id = `${encodeTime(Date.parse(createdAt))}${String(n).padStart(16, '0')}`;
  return { ...history([create], id).task, createdAt, name: `task ${n}`, ...changes };
};

const everyPage = async (list: TaskList, done: boolean | undefined, limit: number) => {
  const names: string[] = [];
  let next: string | undefined;
  do {
    const page = await list.page(done, limit, next);
    expect(page.tasks.length).toBeLessThanOrEqual(limit);
    names.push(...page.tasks.map(({ name }) => name));
    next = page.next;
  } while (next);
  return names;
};

/** What holds for every store of views; `views` is empty at first. */
export function taskListContract(views: () => TaskViews & TaskList): void {
  it('keeps the view of the latest version, whatever the order', async () => {
    const [first, second] = [numbered(1, { deleted: true }), numbered(1, { version: 2, deleted: true, name: 'two' })];
    await views().put(second);
    await views().put(first);
    expect(await views().get(first.id)).toEqual(second);
    await views().put({ ...second, name: 'mended' });
    expect((await views().get(first.id))?.name).toBe('mended');
    expect(await views().get('nobody')).toBeUndefined();
  });

  it('lists the open, the done, and both, newest first, a page at a time, each once', async () => {
    const numbers = Array.from({ length: 23 }, (_, n) => n + 10);
    for (const n of numbers) await views().put(numbered(n, { done: n % 3 === 0 }));
    const names = (keep: (n: number) => boolean) =>
      numbers
        .filter(keep)
        .toReversed()
        .map((n) => `task ${n}`);
    for (const limit of [1, 4, 5, 23, 100]) {
      expect(await everyPage(views(), true, limit)).toEqual(names((n) => n % 3 === 0));
      expect(await everyPage(views(), false, limit)).toEqual(names((n) => n % 3 !== 0));
      expect(await everyPage(views(), undefined, limit)).toEqual(names(() => true));
    }
  });

  it('moves a task from list to list, and takes a deleted one out of both', async () => {
    const listed = async () => {
      const pages = await Promise.all([false, true].map((done) => everyPage(views(), done, 100)));
      return pages.map((names) => names.filter((name) => name === 'task 5').length);
    };
    await views().put(numbered(5));
    expect(await listed()).toEqual([1, 0]);
    await views().put(numbered(5, { version: 2, done: true }));
    expect(await listed()).toEqual([0, 1]);
    await views().put(numbered(5, { version: 3, done: true, deleted: true }));
    expect(await listed()).toEqual([0, 0]);
    await views().put(numbered(5, { version: 2, done: true }));
    expect(await listed()).toEqual([0, 0]);
  });
}
