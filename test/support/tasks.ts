import type { APIGatewayProxyResult } from 'aws-lambda';
import { encodeTime } from 'ulid';
import { canonicalJson } from '../../domain/canonical-json.ts';
import { decide, evolve, initialTask, type Task, type TaskCommand, type TaskIntent } from '../../domain/task/task.ts';
import { type TaskEvent, versionOf } from '../../domain/task/task-events.ts';
import { handleTaskCommand } from '../../lambda/handle-task-command/handle-task-command.ts';
import type { AuditedEvent, TaskAudit, TaskViews } from '../../lambda/project-task/project-task.ts';
import type { TaskList, TaskPage } from '../../lambda/query-tasks/list-tasks.ts';
import { queryTasks } from '../../lambda/query-tasks/query-tasks.ts';
import { type Snapshots, type TaskLog, VersionConflict } from '../../lambda/stores/task-log.ts';
import { TaskStore } from '../../lambda/stores/task-store.ts';
import { proxyEvent, type SentRequest } from './events.ts';

export const taskId = '01KAXA0000000000000000TASK';

const start = Date.parse('2026-11-22T10:00:00.000Z');

/** The `n`th command of a test, a second after the one before. */
export const command = <Intent extends TaskIntent>(intent: Intent, n = 0, id = taskId) => ({
  taskId: id,
  commandId: commandId(n),
  time: new Date(start + n * 1_000).toISOString(),
  actor: 'a tester',
  causationId: `request-${n}`,
  correlationId: 'an undertaking',
  ...intent,
});

/** The id of the `n`th command of a test. */
export const commandId = (n: number): string => `${encodeTime(start + n * 1_000)}${String(n).padStart(16, '0')}`;

export const create = { type: 'CreateTask', name: 'Write', summary: 'a page', done: false } as const;
export const update = (changes: (TaskIntent & { type: 'UpdateTask' })['changes']) =>
  ({ type: 'UpdateTask', changes }) as const;
export const remove = { type: 'DeleteTask' } as const;

/** The events of these intents, one after the other, and the task that they make. */
export const history = (intents: readonly TaskIntent[], id = taskId): { events: TaskEvent[]; task: Task } => {
  const events: TaskEvent[] = [];
  let task = initialTask;
  for (const [n, intent] of intents.entries()) {
    const event = decide(command(intent, n, id) as TaskCommand, task);
    task = evolve(task, event);
    events.push(event);
  }
  return { events, task };
};

/** The log in memory: its rule, in plain words. */
export class InMemoryTaskLog implements TaskLog {
  readonly tasks = new Map<string, TaskEvent[]>();
  /** How many events were read. */
  reads = 0;

  async append(event: TaskEvent): Promise<void> {
    await undefined;
    const events = this.tasks.get(event.subject) ?? [];
    // A gap can't be: nobody appends what doesn't follow.
    if (versionOf(event) <= events.length) throw new VersionConflict(event);
    this.tasks.set(event.subject, [...events, event]);
  }

  async *read(taskId: string, after = 0): AsyncGenerator<TaskEvent> {
    await undefined;
    for (const event of (this.tasks.get(taskId) ?? []).slice(after)) {
      this.reads++;
      yield event;
    }
  }
}

/** Snapshots in memory; several share `kept` as several functions share a table. */
export class InMemorySnapshots implements Snapshots {
  readonly kept: Map<string, { reducer: string; task: Task }>;
  readonly #reducer: string;

  constructor(reducer = 'this reducer', kept = new Map<string, { reducer: string; task: Task }>()) {
    this.#reducer = reducer;
    this.kept = kept;
  }

  async get(taskId: string): Promise<Task | undefined> {
    const snapshot = this.kept.get(taskId);
    return snapshot?.reducer === this.#reducer ? snapshot.task : undefined;
  }

  async put(task: Task): Promise<void> {
    const standing = await this.get(task.id);
    if (!standing || standing.version < task.version) this.kept.set(task.id, { reducer: this.#reducer, task });
  }
}

const inMemoryTasks = (): TaskStore => new TaskStore(new InMemoryTaskLog(), new InMemorySnapshots());

/** The tasks API without a gateway: what `tasks`' functions answer. */
export class TaskApi {
  readonly command: ReturnType<typeof handleTaskCommand>;
  readonly query: ReturnType<typeof queryTasks>;

  constructor(tasks: TaskStore = inMemoryTasks(), now?: () => Date, list: TaskList = new InMemoryTaskViews()) {
    this.command = handleTaskCommand(tasks, now);
    this.query = queryTasks(tasks, list);
  }

  post(body: unknown, headers: Record<string, string> = {}) {
    return answered(this.command(taskRequest('POST', undefined, { body: JSON.stringify(body), headers })));
  }

  patch(id: string, body: unknown, headers: Record<string, string> = {}) {
    return answered(this.command(taskRequest('PATCH', id, { body: JSON.stringify(body), headers })));
  }

  remove(id: string, headers: Record<string, string> = {}) {
    return answered(this.command(taskRequest('DELETE', id, { headers })));
  }

  get(id: string, query: Record<string, string> = {}) {
    return answered(this.query(taskRequest('GET', id, { query: Object.entries(query) })));
  }

  list(query: Record<string, string> = {}) {
    return answered(this.query(proxyEvent({ path: '/tasks', query: Object.entries(query) })));
  }

  events(id: string, query: Record<string, string> = {}) {
    const request = { path: `/tasks/${id}/events`, resource: '/tasks/{id}/events', pathParameters: { id } };
    return answered(this.query(proxyEvent({ ...request, query: Object.entries(query) })));
  }
}

const taskRequest = (method: string, id: string | undefined, rest: SentRequest) =>
  id === undefined
    ? proxyEvent({ method, path: '/tasks', ...rest })
    : proxyEvent({ method, path: `/tasks/${id}`, resource: '/tasks/{id}', pathParameters: { id }, ...rest });

const answered = async (result: Promise<APIGatewayProxyResult>) => {
  const { statusCode, headers = {}, body } = await result;
  return { status: statusCode, headers, body: JSON.parse(body) };
};

/** The audit in memory: each object's text by its key. */
export class InMemoryAudit implements TaskAudit {
  readonly objects = new Map<string, string>();

  async put(event: AuditedEvent): Promise<void> {
    this.objects.set(`${event.subject}-${versionOf(event)}`, canonicalJson(event));
  }
}

/** The views in memory: their rule, in plain words. */
export class InMemoryTaskViews implements TaskViews, TaskList {
  readonly tasks = new Map<string, Task>();

  async get(id: string): Promise<Task | undefined> {
    return this.tasks.get(id);
  }

  async put(task: Task): Promise<void> {
    const standing = this.tasks.get(task.id);
    if (!standing || standing.version <= task.version) this.tasks.set(task.id, task);
  }

  async page(done: boolean | undefined, limit: number, after?: string): Promise<TaskPage> {
    const place = ({ createdAt, id }: Task) => `${createdAt}#${id}`;
    const found = [...this.tasks.values()]
      .filter((task) => !task.deleted && (done === undefined || task.done === done))
      .filter((task) => after === undefined || place(task) < after)
      .sort((a, b) => (place(a) < place(b) ? 1 : -1));
    const tasks = found.slice(0, limit);
    const last = tasks.at(-1);
    return { tasks, next: last && found.length > limit ? place(last) : undefined };
  }
}
