import { describe } from '@jest/globals';
import { InMemorySnapshots, InMemoryTaskLog, InMemoryTaskViews } from '../../support/tasks.ts';
import { taskListContract } from './task-list-contract.ts';
import { snapshotsContract, taskLogContract } from './task-log-contract.ts';

describe('the log in memory', () => {
  const log = new InMemoryTaskLog();
  taskLogContract(() => log);
});

describe('snapshots in memory', () => {
  const { kept } = new InMemorySnapshots();
  snapshotsContract((reducer) => new InMemorySnapshots(reducer, kept));
});

describe('views in memory', () => {
  const views = new InMemoryTaskViews();
  taskListContract(() => views);
});
