import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { LiveOrders } from '../../../lambda/stores/live-orders.ts';
import { LiveSlots, LiveStore, liveForMs } from '../../../lambda/stores/live-slots.ts';
import { InMemoryOrders, orderPlaced, sequenceNumber } from '../../support/events.ts';

/** A table with one item, and a clock; counts the calls. */
const setUp = () => {
  const table = {
    item: undefined as Record<string, { S: string }> | undefined,
    calls: 0,
    failure: undefined as Error | undefined,
  };
  const clock = { ms: 1_000_000 };
  const send = async (command: unknown) => {
    expect(command).toBeInstanceOf(GetItemCommand);
    expect((command as GetItemCommand).input).toMatchObject({ TableName: 'live', ConsistentRead: true });
    table.calls++;
    await undefined;
    if (table.failure) throw table.failure;
    return { Item: table.item };
  };
  const live = new LiveSlots({ send } as unknown as DynamoDBClient, 'live', () => clock.ms);
  const reads: string[] = [];
  const store = new LiveStore(live, 'orders', { blue: 'blue', green: 'green' });
  const read = () =>
    store.read(async (slot) => {
      reads.push(slot);
      return slot;
    });
  return { table, clock, live, reads, read };
};
const item = (orders: string, invoices = 'blue') => ({
  id: { S: 'live' },
  orders: { S: orders },
  invoices: { S: invoices },
});

describe('the live slot', () => {
  it('is blue as long as nobody has switched', async () => {
    const { read } = setUp();
    expect(await read()).toBe('blue');
  });

  it('is what the item says', async () => {
    const { table, read } = setUp();
    table.item = item('green');
    expect(await read()).toBe('green');
  });

  it('of one projection says nothing of the other', async () => {
    const { table, read, live } = setUp();
    table.item = item('blue', 'green');
    expect(await read()).toBe('blue');
    expect(live.known.live).toEqual({ orders: 'blue', invoices: 'green' });
  });

  it('is asked for once a second, however many reads there are', async () => {
    const { table, clock, read } = setUp();
    for (let n = 0; n < 50; n++) await read();
    expect(table.calls).toBe(1);
    clock.ms += liveForMs;
    await Promise.all(Array.from({ length: 50 }, read));
    expect(table.calls).toBe(2);
  });

  it('is seen by every read that begins a second after the switch', async () => {
    const { table, clock, read } = setUp();
    await read();
    table.item = item('green');
    clock.ms += liveForMs - 1;
    expect(await read()).toBe('blue');
    clock.ms += 1;
    expect(await read()).toBe('green');
    table.item = item('blue');
    clock.ms += liveForMs;
    expect(await read()).toBe('blue');
  });

  it('costs no read twice, except right after a switch', async () => {
    const { table, clock, read, reads } = setUp();
    await read();
    clock.ms += liveForMs;
    await read();
    expect(reads).toEqual(['blue', 'blue']);
    table.item = item('green');
    clock.ms += liveForMs;
    await read();
    expect(reads).toEqual(['blue', 'blue', 'blue', 'green']);
  });

  it('is asked for again when a clock was set back', async () => {
    const { table, clock, read } = setUp();
    await read();
    table.item = item('green');
    clock.ms -= 3_600_000;
    expect(await read()).toBe('green');
  });

  it('is needed: a read fails where it can’t be asked for, and the next one asks again', async () => {
    const { table, read } = setUp();
    table.failure = new Error('throttled');
    await expect(read()).rejects.toThrow('throttled');
    table.failure = undefined;
    expect(await read()).toBe('blue');
  });

  it('is read although the other slot fails', async () => {
    const { table, live } = setUp();
    table.item = item('green');
    const store = new LiveStore(live, 'orders', {
      blue: () => Promise.reject(new Error('gone')),
      green: async () => 7,
    });
    expect(await store.read((read) => read())).toBe(7);
  });

  it('answers single orders and pages alike', async () => {
    const { table, live } = setUp();
    table.item = item('green');
    const stores = { blue: new InMemoryOrders(), green: new InMemoryOrders() };
    await stores.green.apply(orderPlaced('e1'), sequenceNumber(1));
    const orders = new LiveOrders(new LiveStore(live, 'orders', stores));
    expect(await orders.get('a1', 'v1')).toMatchObject({ eventId: 'e1' });
    expect((await orders.page('a1', 10)).orders).toHaveLength(1);
  });
});
