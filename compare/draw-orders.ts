/** An order as a client sends it. */
export interface OrderBody {
  readonly accountid: string;
  readonly vendorid: string;
  readonly orderdate: string;
  readonly city: string;
  readonly details: {
    readonly coffeetype: string;
    readonly coffeesize: string;
    readonly unitprice: string;
    readonly quantity: string;
  };
}

const cities = ['Sydney', 'Melbourne', 'Brisbane', 'Perth', 'Adelaide', 'Canberra', 'Hobart', 'Darwin'];
const coffees = ['Short Black', 'Long Black', 'Flat White', 'Latte', 'Cappuccino', 'Macchiato'];
const sizes = [
  ['Small', '3.50'],
  ['Medium', '4.00'],
  ['Large', '4.50'],
  ['x-Large', '5.00'],
] as const;

/** The accounts that the orders of a run are spread over. */
export const accountsOf = (run: string): string[] => Array.from({ length: 10 }, (_, index) => `${run}-${index}`);

/**
 * Orders with city, coffee, size and quantity drawn at random, the same for the same seed; each at an account and a
 * vendor of its own within `run`, so that a table holds every one of them.
 */
export const drawOrders = (count: number, seed: number, run: string): OrderBody[] => {
  const random = randomNumbers(seed);
  const draw = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  const accounts = accountsOf(run);
  return Array.from({ length: count }, (_, index) => {
    const [coffeesize, unitprice] = draw(sizes);
    return {
      accountid: accounts[index % accounts.length] as string,
      vendorid: `v${index}`,
      orderdate: new Date(Date.UTC(2026, 10, 22, 10) + index * 1_000).toISOString(),
      city: draw(cities),
      details: { coffeetype: draw(coffees), coffeesize, unitprice, quantity: `${1 + Math.floor(random() * 5)}` },
    };
  });
};

/** From 0 up to 1: mulberry32, a generator of 32 bits of state. */
const randomNumbers = (seed: number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};
