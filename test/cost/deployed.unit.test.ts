import { readCounts } from '../../cost/counts.ts';
import { deployedOf } from '../../cost/deployed.ts';
import type { Template } from '../../local/assembly/template.ts';
import { everythingOn, templateWith } from '../support/synth.ts';

const deployed = (context?: Record<string, string>) => deployedOf(templateWith(context).toJSON() as Template);

describe('what a template deploys', () => {
  const minimal = deployed();

  it('has the shards, the retention and the throttle of its settings', () => {
    expect(minimal).toMatchObject({
      shards: 2,
      retentionHours: 24,
      requestsPerSecond: 5_000,
      shardMetrics: 0,
      pointInTimeRecovery: false,
    });
    expect(deployed(everythingOn)).toMatchObject({
      shards: 'onDemand',
      retentionHours: 8_760,
      requestsPerSecond: 100,
      shardMetrics: 2,
      pointInTimeRecovery: true,
    });
  });

  it('has the readers of orders that are switched on, with their batches', () => {
    const reader = (name: string) => minimal.readers.filter((each) => each.function === name);
    expect(reader('project-order')).toEqual([
      { function: 'project-order', batchSize: 100, windowSeconds: 0, eventTypes: ['OrderPlaced'], ownReads: false },
    ]);
    expect(reader('check-event')).toEqual([
      { function: 'check-event', batchSize: 10_000, windowSeconds: 20, eventTypes: undefined, ownReads: false },
    ]);
    expect(reader('project-order-green')).toEqual([]);
  });

  it('knows who reads on its own and who is measured', () => {
    const everything = deployed({ batchingComparison: 'true' });
    expect(everything.readers.filter(({ ownReads }) => ownReads)).toEqual([
      { function: 'put-item-1', batchSize: 100, windowSeconds: 30, eventTypes: ['OrderPlaced'], ownReads: true },
      { function: 'put-item-2', batchSize: 10, windowSeconds: 2, eventTypes: ['OrderPlaced'], ownReads: true },
    ]);
    expect(everything.functions.filter(({ insights }) => insights).map(({ name }) => name)).toEqual([
      'put-item-1',
      'put-item-2',
    ]);
  });

  it('knows the indexes that a function writes to with its table', () => {
    const indexes = Object.fromEntries(
      deployed({ batchingComparison: 'true' }).functions.map(({ name, indexes, wholeIndexes }) => [
        name,
        `${indexes}, ${wholeIndexes} whole`,
      ]),
    );
    expect(indexes).toMatchObject({
      'project-order': '1, 0 whole',
      'put-item-1': '0, 0 whole',
      'project-task': '1, 1 whole',
    });
  });

  it('counts alarms and dashboards', () => {
    expect(minimal.dashboards).toBe(1);
    expect(minimal.alarms).toBe(Object.keys(templateWith().findResources('AWS::CloudWatch::Alarm')).length);
  });

  it('is refused where there is no stream', () =>
    expect(() => deployedOf({ Resources: {} })).toThrow('the template has 0 Kinesis streams; one is priced'));
});

describe('the counts in the repository', () => {
  const { functions, ...sizes } = readCounts();

  it('have what an order takes at the ingest function and at both projections', () => {
    for (const name of ['ingest-order', 'project-order', 'project-invoice', 'put-item-1', 'put-item-2']) {
      const { invocationCpuMs, recordCpuMs, logBytes } = functions[name] ?? {
        invocationCpuMs: 0,
        recordCpuMs: 0,
        logBytes: 0,
      };
      expect([name, invocationCpuMs + recordCpuMs > 0, logBytes > 0]).toEqual([name, true, true]);
    }
    expect(functions['project-order']?.callsPerRecord).toEqual({ 'dynamodb:UpdateItem': 1 });
    expect(functions['project-invoice']?.callsPerRecord).toEqual({ 's3:PutObject': 1 });
  });

  it('have the sizes of an order on its way', () => {
    const { orderBytes, eventBytes, itemBytes, invoiceBytes, answerBytesPerOrder } = sizes;
    for (const bytes of [orderBytes, eventBytes, itemBytes, invoiceBytes, answerBytesPerOrder]) {
      expect(bytes).toBeGreaterThan(100);
    }
    expect(eventBytes).toBeGreaterThan(orderBytes);
  });
});
