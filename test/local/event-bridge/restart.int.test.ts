import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { checkFiles } from '../../../local/data-files.ts';
import { DurableQueue } from '../../../local/durable-queue.ts';
import type { Delivery } from '../../../local/event-bridge/target-queue.ts';
import { startLocal } from '../../../local/start-local.ts';
import { type ProbeTemplate, writeAssembly } from '../../support/assembly.ts';
import { eventually } from '../../support/eventually.ts';
import { fastPace } from '../../support/probe.ts';
import { RunningBus } from './running-bus.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'bus-restart-'));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const rule = (logicalId: string) => ({
  Type: 'AWS::Events::Rule',
  Properties: {
    EventBusName: { Ref: 'Bus' },
    EventPattern: { source: ['stores'] },
    Targets: [{ Id: 'T', Arn: { 'Fn::GetAtt': [logicalId, 'Arn'] }, InputPath: '$.detail' }],
  },
});
const template = (rules: ProbeTemplate['Resources']): ProbeTemplate => ({
  Resources: {
    Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'stores' } },
    Queue: { Type: 'AWS::SQS::Queue' },
    ...rules,
  },
  Outputs: { Bus: { Value: { Ref: 'Bus' } }, Queue: { Value: { Ref: 'Queue' } } },
});

it('delivers what an earlier run has left, and tells of what has no target any more', async () => {
  checkFiles(dataDir); // an earlier run has made its list
  const left = new DurableQueue<Delivery>(join(dataDir, 'eventbridge.sqlite'));
  const of = (name: string, n: number): Delivery => ({
    target: `arn:aws:events:us-east-1:000000000000:rule/stores/Probe-${name} T`,
    event: { text: `{"version":"0","id":"e-${n}","detail":{"n":${n}}}`, takenAtMs: Date.now() },
    failures: 1,
  });
  left.add([of('ToQueue', 1), of('Gone', 2), of('ToQueue', 3)]);
  left.close();
  const log: string[] = [];
  const assembly = writeAssembly(template({ ToQueue: rule('Queue') }));
  const stack = await startLocal({ assembly, dataDir, pace: fastPace, log: (line) => log.push(line) });
  const bus = new RunningBus(stack);
  const bodies: string[] = [];
  try {
    await bus.put('sale', { n: 4 });
    await eventually(
      async () => {
        bodies.push(...(await bus.receive('Queue')).map(({ Body = '' }) => Body));
        expect(bodies.toSorted()).toEqual(['{"n":1}', '{"n":3}', '{"n":4}']);
      },
      5_000,
      10,
    );
  } finally {
    bus.disconnect();
    await stack.close();
  }

  expect(log).toContain(`an event was dropped: its target ${of('Gone', 2).target} is gone`);
  const after = new DurableQueue<Delivery>(join(dataDir, 'eventbridge.sqlite'));
  expect(after.entries()).toEqual([]);
  after.close();
});
