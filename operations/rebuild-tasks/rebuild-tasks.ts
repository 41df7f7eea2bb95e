import { type AttributeValue, type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { eventReader } from '../../domain/event.ts';
import { currentTaskEvent } from '../../domain/task/read-task-event.ts';
import { evolve, initialTask, type Task } from '../../domain/task/task.ts';
import { taskEvents } from '../../domain/task/task-events.ts';
import type { AuditedEvent, TaskAudit, TaskViews } from '../../lambda/project-task/project-task.ts';
import { fromAttribute } from '../../lambda/stores/attribute-value.ts';
import type { Progress } from '../progress.ts';

/** The events' log, as its table. */
export interface LogTable {
  readonly dynamodb: DynamoDBClient;
  readonly table: string;
}

/** What is made from the log. */
export interface TaskListeners {
  readonly audit: TaskAudit;
  readonly views: TaskViews;
}

const concurrency = 32;

/**
 * Event log -> audit and views, as project-task makes them from the stream. A scan answers the events of one task one
 * after the other, in the order of their versions, so that one task is in memory at a time. Views are kept unless a
 * later version is there, so the stream may go on meanwhile. Once the signal is aborted, ends after the page it reads.
 */
export async function rebuildTasks(
  log: LogTable,
  { audit, views }: TaskListeners,
  { signal, progress }: { readonly signal: AbortSignal; readonly progress: Progress },
): Promise<{ readonly tasks: number; readonly events: number }> {
  const read = eventReader(taskEvents);
  const [tasks, events] = [new SideBySide(), new SideBySide()];
  let task = initialTask;
  const keep = async (finished: Task) => finished.version > 0 && tasks.run(() => views.put(finished));
  progress.begin('reading the log');
  try {
    for await (const item of scan(log, signal)) {
      const stored = read(item) as AuditedEvent;
      if (stored.subject !== task.id) {
        await keep(task);
        task = initialTask;
      }
      task = evolve(task, currentTaskEvent(stored));
      await events.run(() => audit.put(stored));
      progress.at(events.begun);
    }
    if (!signal.aborted) await keep(task);
    await Promise.all([tasks.finished(), events.finished()]);
  } finally {
    progress.end();
  }
  return { tasks: tasks.begun, events: events.begun };
}

async function* scan({ dynamodb, table }: LogTable, signal: AbortSignal): AsyncGenerator<unknown> {
  let start: Record<string, AttributeValue> | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await dynamodb.send(
      new ScanCommand({ TableName: table, ConsistentRead: true, ExclusiveStartKey: start }),
    );
    for (const { event = { NULL: true } } of Items) yield fromAttribute(event as AttributeValue);
    start = LastEvaluatedKey;
  } while (start && !signal.aborted);
}

/** Runs work side by side, a bounded number at a time; the first error is thrown by whoever comes next. */
class SideBySide {
  readonly #running = new Set<Promise<void>>();
  #error: { readonly cause: unknown } | undefined;
  begun = 0;

  async run(work: () => Promise<void>): Promise<void> {
    if (this.#running.size >= concurrency) await Promise.race(this.#running);
    this.#check();
    this.begun++;
    const running = work()
      .catch((cause: unknown) => {
        this.#error ??= { cause };
      })
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async finished(): Promise<void> {
    await Promise.all(this.#running);
    this.#check();
  }

  #check(): void {
    if (this.#error) throw this.#error.cause;
  }
}
