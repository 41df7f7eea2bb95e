import { workerData } from 'node:worker_threads';
import { type Input, openLevelEngine } from './level-engine.ts';
import { serveEngine } from './serve-engine.ts';

function prepare(input: Input): void {
  const { TableName: name } = input;
  if (typeof name === 'string' && name.startsWith('arn:')) input.TableName = name.slice(name.indexOf('/') + 1);
}

const engine = await openLevelEngine('dynalite', {
  options: { path: workerData.path, createTableMs: 0, updateTableMs: 0, deleteTableMs: 0 },
  prepare,
  actions: {},
});
await serveEngine(engine.listener, engine.close);
