import { describe } from '@jest/globals';
import { InMemorySnapshots, InMemoryTaskLog } from '../../support/tasks.ts';
import { snapshotsContract, taskLogContract } from './task-log-contract.ts';

describe('the log in memory', () => {
  const log = new InMemoryTaskLog();
  taskLogContract(() => log);
});

describe('snapshots in memory', () => {
  const { kept } = new InMemorySnapshots();
  snapshotsContract((reducer) => new InMemorySnapshots(reducer, kept));
});
