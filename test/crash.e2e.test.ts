import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, sideBySide } from './support/eventually.ts';
import { anOrder, type OrderSystem, startOrderSystem } from './support/order-system.ts';
import { endRuntime, type StartedRuntime, startRuntime } from './support/started-runtime.ts';

/** Orders of a few keys, each version posted until it is accepted, under one Idempotency-Key however often it takes. */
class Customers {
  readonly accepted = new Map<string, { version: number; eventIds: Set<string> }>();
  private readonly waiting = new Map<string, { version: number; key: string }>();

  private readonly vendors: readonly string[];

  constructor(vendors: readonly string[]) {
    this.vendors = vendors;
  }

  /** How many orders were accepted so far. */
  total(): number {
    return [...this.accepted.values()].reduce((sum, { version }) => sum + version, 0);
  }

  /** Posts version after version of each vendor's order until `stopped`; an order without an answer is posted again. */
  async orderUntil(stopped: AbortSignal, system: () => OrderSystem): Promise<void> {
    await Promise.all(
      this.vendors.map(async (vendorid) => {
        const known = this.accepted.get(vendorid) ?? { version: 0, eventIds: new Set<string>() };
        this.accepted.set(vendorid, known);
        while (!stopped.aborted) {
          const next = this.waiting.get(vendorid) ?? {
            version: known.version + 1,
            key: `${vendorid}-${known.version + 1}`,
          };
          this.waiting.set(vendorid, next);
          try {
            const { eventId } = await system().place(anOrder('a', vendorid, { city: `${next.version}` }), next.key);
            known.version = next.version;
            known.eventIds.add(eventId);
            this.waiting.delete(vendorid);
          } catch {
            await sleep(5);
          }
        }
      }),
    );
  }

  /** Passes once every accepted order is in both stores, none twice, none older than accepted. */
  async expectServed(system: OrderSystem): Promise<void> {
    await eventually(
      async () => {
        const items = new Map((await system.items()).map((item) => [item.vendorid, item]));
        const invoices = await system.invoices();
        expect(new Set(invoices).size).toBe(invoices.length);
        for (const [vendorid, { version, eventIds }] of this.accepted) {
          if (version === 0) continue;
          const unanswered = this.waiting.has(vendorid) ? 1 : 0;
          const stored = Number(items.get(vendorid)?.order.city);
          expect(stored === version || stored === version + unanswered).toBe(true);
          const own = invoices.filter((key) => key.startsWith(`invoices/a/${vendorid}/`));
          for (const eventId of eventIds) expect(own).toContain(`invoices/a/${vendorid}/${eventId}.json`);
          expect(own.length - eventIds.size).toBeLessThanOrEqual(unanswered);
        }
      },
      20_000,
      200,
    );
  }
}

const vendors = Array.from({ length: 12 }, (_, n) => `v${n}`);

it('loses, doubles and turns back nothing when the consumers die mid-batch', async () => {
  const { system, stack, close } = await startOrderSystem();
  const customers = new Customers(vendors);
  const stop = new AbortController();
  try {
    const ordering = customers.orderUntil(stop.signal, () => system);
    const consumers = [...stack.functions.values()].filter(({ functionName }) =>
      /(Order|Invoice)ProjectionConsumer/.test(functionName),
    );
    expect(consumers).toHaveLength(2);
    await sideBySide(consumers, 2, async (consumer) => {
      for (let n = 0; n < 10; n++) {
        await sleep(20 + Math.random() * 200);
        await consumer.crash();
      }
    });
    stop.abort();
    await ordering;
    await customers.expectServed(system);
  } finally {
    stop.abort();
    await close();
  }
}, 90_000);

it('loses, doubles and turns back nothing when the whole runtime is killed, ten times mid-load', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'killed-'));
  const customers = new Customers(vendors);
  let runtime: StartedRuntime | undefined;
  try {
    for (let n = 0; n < 10; n++) {
      runtime = await startRuntime(directory);
      const { process, system } = runtime;
      const stop = new AbortController();
      const ordering = customers.orderUntil(stop.signal, () => system);
      const before = customers.total();
      await eventually(() => expect(customers.total()).toBeGreaterThan(before), 20_000, 5);
      await sleep(Math.random() * 500);
      process.kill('SIGKILL');
      await once(process, 'exit');
      stop.abort();
      await ordering;
      system.disconnect();
    }
    runtime = await startRuntime(directory);
    await customers.expectServed(runtime.system);
    expect(customers.total()).toBeGreaterThanOrEqual(10);
  } finally {
    if (runtime) await endRuntime(runtime);
    rmSync(directory, { recursive: true, force: true });
  }
}, 150_000);
