import type { ConsumerWork } from './children/consumer-work.ts';
import type { FunctionWeight } from './measure/functions.ts';
import type { Sizes } from './sizes.ts';
import type { Figures } from './statistics.ts';
import type { Row } from './table.ts';

/** What a run measured; rates and latencies are medians over its rounds. */
export interface Measured {
  readonly sizes: Sizes;
  readonly runtime: Figures;
  readonly floor: Figures;
  readonly functions: readonly FunctionWeight[];
  readonly consumers: ConsumerWork;
}

/** The most that a function with so many AWS clients may weigh. */
const limits = (clients: number) =>
  clients > 1 ? { bundleKilobytes: 850, importMs: 55 } : { bundleKilobytes: 400, importMs: 40 };

/** Every figure beside its floor and its target, as the lines of the report. */
export function report({ sizes, runtime, floor, functions, consumers }: Measured): Row[] {
  const line = (
    name: string,
    unit: string,
    value: number | undefined,
    more: Pick<Row, 'floor' | 'target'> = {},
  ): Row => ({
    name,
    unit,
    value: value ?? Number.NaN,
    ...more,
  });
  const atFull = <Target>(target: Target) => (sizes.held >= 10_000 ? target : undefined);
  const held = sizes.held.toLocaleString('en-US');
  return [
    line('first start to first accepted order', 's', runtime.firstStartSeconds),
    line('second start to first accepted order', 's', runtime.startSeconds, { target: { atMost: 2 } }),

    line('accepted, 1 at a time', 'orders/s', runtime.accept1PerSecond, { floor: floor.put1PerSecond }),
    line('  p50', 'ms', runtime.accept1P50Ms, { floor: floor.put1P50Ms }),
    line('  p99', 'ms', runtime.accept1P99Ms, { floor: floor.put1P99Ms }),
    line('accepted, 16 at a time', 'orders/s', runtime.accept16PerSecond, { floor: floor.put16PerSecond }),
    line('  p50', 'ms', runtime.accept16P50Ms, { floor: floor.put16P50Ms }),
    line('  p99', 'ms', runtime.accept16P99Ms, { floor: floor.put16P99Ms, target: { atMost: 20 } }),
    line('accepted, 64 at a time', 'orders/s', runtime.accept64PerSecond, {
      floor: floor.put64PerSecond,
      target: { atLeastOfFloor: 0.4 },
    }),
    line('  p50', 'ms', runtime.accept64P50Ms, { floor: floor.put64P50Ms }),
    line('  p99', 'ms', runtime.accept64P99Ms, { floor: floor.put64P99Ms }),
    line('  the client took of the cores', 'cores', runtime.clientCores),

    line('in both stores, single posts', 'orders/s', runtime.singlesPerSecond, {
      floor: floor.threeCallsPerSecond,
      target: { atLeastOfFloor: 1 },
    }),
    line('in both stores, posts of 500', 'orders/s', runtime.batchesPerSecond, {
      floor: floor.storesPerSecond,
      target: { atLeastOfFloor: 0.8 },
    }),
    line('  accepted meanwhile', 'orders/s', runtime.batchesAcceptedPerSecond),
    line('one order into both stores, p50', 'ms', runtime.orderP50Ms, {
      floor: floor.orderP50Ms,
      target: { atMost: 8 },
    }),
    line('  p99', 'ms', runtime.orderP99Ms, { floor: floor.orderP99Ms }),

    line(`memory with ${held} orders held`, 'MB', runtime.heldMegabytes, {
      floor: floor.heldMegabytes,
      target: atFull({ atMost: 450 }),
    }),
    line('  right after the last of them', 'MB', runtime.loadedMegabytes, { floor: floor.loadedMegabytes }),
    line('  growth per 10,000 more', 'MB', runtime.growthMegabytes, { floor: floor.growthMegabytes }),

    ...functions.map(({ name, clients, bundleKilobytes }) =>
      line(`bundle of ${name}`, 'KB', bundleKilobytes, { target: { atMost: limits(clients).bundleKilobytes } }),
    ),
    ...functions.map(({ name, clients, importMs }) =>
      line(`import of ${name}`, 'ms', importMs, { target: { atMost: limits(clients).importMs } }),
    ),
    ...Object.entries(consumers).map(([name, microseconds]) =>
      line(`work of ${name}`, 'µs/record', microseconds, {
        target: { atMost: name === 'aggregate-revenue' ? 20 : 50 },
      }),
    ),
  ];
}
