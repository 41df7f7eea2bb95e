/**
 * The two slots of a projection, and the item that says which of them is read. No imports, so that the functions, the
 * stack and the operator's commands can load it.
 */
export const slots = ['blue', 'green'] as const;
export type Slot = (typeof slots)[number];

/** The projections that have two slots. */
export const slottedProjections = ['orders', 'invoices'] as const;
export type SlottedProjection = (typeof slottedProjections)[number];

/** Read as long as nobody has switched. */
export const firstLive: Slot = 'blue';

/** The live table's one item: a slot's name under each projection's. */
export const liveItem = { partitionKey: 'id', id: 'live' } as const;

/** The types of event that each of them is made from. */
export const projectedTypes = { orders: ['OrderPlaced'], invoices: ['OrderPlaced'] } as const;
