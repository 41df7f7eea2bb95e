import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { readTaskEvent } from '../domain/task/read-task-event.ts';
import { evolve, initialTask } from '../domain/task/task.ts';
import type { TaskEvent } from '../domain/task/task-events.ts';
import { type TaskView, taskView } from '../domain/task/task-view.ts';
import { readStream } from '../operations/events/stream-source.ts';
import { eventually, sideBySide } from './support/eventually.ts';
import { type OrderSystem, startOrderSystem } from './support/order-system.ts';
import { endRuntime, type StartedRuntime, startRuntime } from './support/started-runtime.ts';

const get = async <Body>(system: OrderSystem, path: string): Promise<Body> => {
  const response = await system.request(path);
  if (response.status !== 200) throw new Error(`GET ${path} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as Body;
};

/** People who change a few tasks, each as fast as it is answered, and look at the list all the while. */
class Writers {
  readonly #seen = new Map<string, string>();
  readonly #tasks: (string | undefined)[] = Array(6).fill(undefined);
  answered = 0;

  async writeUntil(stopped: AbortSignal, system: () => OrderSystem): Promise<void> {
    const write = async (place: number) => {
      while (!stopped.aborted) {
        try {
          const id = this.#tasks[place];
          const response = await system().request(id ? `tasks/${id}` : 'tasks', {
            method: id ? 'PATCH' : 'POST',
            body: JSON.stringify(id ? { summary: `${this.answered}` } : { name: `task ${place}` }),
          });
          const { id: answeredId } = (await response.json()) as TaskView;
          if (!response.ok) throw new Error(`answered ${response.status}`);
          this.#tasks[place] = answeredId;
          this.answered++;
        } catch {
          await sleep(5); // whether it was done is unknown: the log says
        }
      }
    };
    const look = async () => {
      while (!stopped.aborted) {
        const views = await get<{ tasks: TaskView[] }>(system(), 'tasks').catch(() => ({ tasks: [] }));
        this.expectNoStepBack(views.tasks);
        await sleep(20);
      }
    };
    await Promise.all([...this.#tasks.keys()].map(write).concat(look()));
  }

  /** A view that is seen later is of a later command. */
  expectNoStepBack(views: readonly TaskView[]): void {
    for (const { id, command_id } of views) {
      expect(command_id >= (this.#seen.get(id) ?? '')).toBe(true);
      this.#seen.set(id, command_id);
    }
  }

  /** Passes once each event of the log is on the stream, and an object of its own, and the views are the folds. */
  async expectPublished(system: OrderSystem): Promise<void> {
    const histories = await Promise.all(
      this.#tasks
        .filter((id) => id !== undefined)
        .map((id) => get<{ events: TaskEvent[] }>(system, `tasks/${id}/events`)),
    );
    const events = histories.flatMap((history) => history.events);
    expect(events.length).toBeGreaterThanOrEqual(this.answered);
    const folds = histories.map((history) => taskView(history.events.map(readTaskEvent).reduce(evolve, initialTask)));

    await eventually(
      async () => {
        const { tasks } = await get<{ tasks: TaskView[] }>(system, 'tasks');
        this.expectNoStepBack(tasks);
        for (const fold of folds) expect(tasks).toContainEqual(fold);
      },
      30_000,
      100,
    );
    // A task whose creation was never answered is nobody's here, but published all the same.
    const keys = await system.keys('TaskAuditBucketName', 'events/task/');
    expect(new Set(keys).size).toBe(keys.length);
    const published = await publishedEvents(system);
    for (const event of events) {
      expect(keys).toContain(`events/task/${event.id}.json`);
      expect(published.get(event.id)).toEqual(event);
    }
    expect(keys.toSorted()).toEqual([...published.keys()].map((id) => `events/task/${id}.json`).toSorted());
    const setAside = (await system.setAside()).map(({ record }) => record.payload);
    expect(setAside).toEqual([]);
  }
}

/** Every event on the stream, by its id. */
async function publishedEvents({ kinesis, outputs }: OrderSystem): Promise<Map<string, TaskEvent>> {
  const published = new Map<string, TaskEvent>();
  const { signal } = new AbortController();
  const all = { beginning: () => undefined, toMs: Date.now() + 1_000, signal };
  await readStream(kinesis, outputs.StreamName ?? '', all, ({ data }) => {
    const event = JSON.parse(Buffer.from(data, 'base64').toString()) as TaskEvent;
    published.set(event.id, event);
  });
  return published;
}

it('publishes every event and never shows an older view when its functions die mid-work, 45 times', async () => {
  const { system, stack, close } = await startOrderSystem();
  const writers = new Writers();
  const stop = new AbortController();
  try {
    const writing = writers.writeUntil(stop.signal, () => system);
    const dying = [...stack.functions.values()].filter(({ functionName }) =>
      /TaskLogPublisher|TaskLogCommand|TaskProjection/.test(functionName),
    );
    expect(dying).toHaveLength(3);
    await sideBySide(dying, 3, async (each) => {
      for (let n = 0; n < 15; n++) {
        const before = writers.answered;
        await sleep(20 + Math.random() * 150);
        await eventually(() => expect(writers.answered).toBeGreaterThan(before), 10_000, 5);
        await each.crash();
      }
    });
    stop.abort();
    await writing;
    await writers.expectPublished(system);
    expect(writers.answered).toBeGreaterThanOrEqual(15); // each waits for a change before it dies again
  } finally {
    stop.abort();
    await close();
  }
}, 90_000);

/** `RUNTIME_KILLS=50` takes two minutes. */
const runtimeKills = Number(process.env.RUNTIME_KILLS ?? 5);

it(
  `publishes every event and never shows an older view when the whole runtime is killed, ${runtimeKills} times`,
  async () => {
    const directory = mkdtempSync(join(tmpdir(), 'killed-tasks-'));
    const writers = new Writers();
    let runtime: StartedRuntime | undefined;
    try {
      for (let n = 0; n < runtimeKills; n++) {
        runtime = await startRuntime(directory);
        const { process, system } = runtime;
        const stop = new AbortController();
        const before = writers.answered;
        const writing = writers.writeUntil(stop.signal, () => system);
        await eventually(() => expect(writers.answered).toBeGreaterThan(before), 20_000, 5);
        await sleep(Math.random() * 300);
        process.kill('SIGKILL');
        await once(process, 'exit');
        stop.abort();
        await writing;
        system.disconnect();
      }
      runtime = await startRuntime(directory);
      await writers.expectPublished(runtime.system);
    } finally {
      if (runtime) await endRuntime(runtime);
      rmSync(directory, { recursive: true, force: true });
    }
  },
  60_000 + 12_000 * runtimeKills,
);
