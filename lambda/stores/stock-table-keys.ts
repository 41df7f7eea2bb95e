/** The stock table's names, shared by the functions and the stack. No imports, so that both can load it. */
export const stockTableKeys = { partitionKey: 'store_id', sortKey: 'name' } as const;
