import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { UnreadableEvent } from '../../../domain/event.ts';
import { readTaskEvent } from '../../../domain/task/read-task-event.ts';
import { evolve, initialTask } from '../../../domain/task/task.ts';
import { taskEvents } from '../../../domain/task/task-events.ts';

/**
 * Events as each version wrote them, byte for byte: entries are added with every new version and never changed. Those
 * of one subject are a whole history.
 */
const corpus: { stored: { subject: string; dataschema: string; data: unknown }; current: object }[] = JSON.parse(
  readFileSync(join(import.meta.dirname, 'corpus.json'), 'utf8'),
);
const newest = new Map(taskEvents.map(({ type, dataschema }) => [type as string, dataschema]));

describe('the corpus of every version ever written', () => {
  it('has each of them, and none that nobody reads', () =>
    expect(new Set(corpus.map(({ stored }) => stored.dataschema))).toEqual(
      new Set(taskEvents.map(({ dataschema }) => dataschema)),
    ));

  it.each(
    corpus.map(({ stored, current }) => ({
      name: `${stored.dataschema} ${JSON.stringify(stored.data)}`,
      stored,
      current,
    })),
  )('$name becomes the current version', ({ stored, current }) => {
    const event = readTaskEvent(stored);
    expect(event).toEqual({ ...stored, dataschema: newest.get(event.type), data: current });
  });

  it('is replayed whole', () => {
    const histories = [...Map.groupBy(corpus, ({ stored }) => stored.subject).values()];
    const tasks = histories.map((events) =>
      events.map(({ stored }) => readTaskEvent(stored)).reduce(evolve, initialTask),
    );
    expect(tasks.map(({ version, name, summary, done, deleted }) => [version, name, summary, done, deleted])).toEqual([
      [5, 'Read', null, false, true],
      [2, 'Write', 'a page', true, false],
      [3, 'Write', 'two pages', true, true],
    ]);
  });
});

describe('a stored event', () => {
  const [{ stored }] = corpus as [(typeof corpus)[number]];

  it.each([
    ['without a sequence', { sequence: undefined }, 'sequence must be a text'],
    ['with a command id that is none', { commandid: 'x' }, 'commandid must be a ULID'],
    ['without an actor', { actor: '' }, 'actor must not be empty'],
    ['of a version to come', { dataschema: 'urn:event-sourcing:TaskCreated:3' }, 'unknown-version'],
    ['with bad data', { data: { name: 7 } }, 'data.name must be a text'],
  ])('%s is refused', (_, changes, message) => {
    expect(() => readTaskEvent({ ...stored, ...changes })).toThrow(UnreadableEvent);
    expect(() => readTaskEvent({ ...stored, ...changes })).toThrow(message);
  });

  it('keeps fields that nobody knows yet', () => {
    const event = readTaskEvent({ ...stored, traceparent: '00-1', data: { name: 'Write', colour: 'red' } });
    expect(event).toMatchObject({ traceparent: '00-1', data: { colour: 'red' } });
  });
});
