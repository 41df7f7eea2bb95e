/** The revenue table's names, shared by the functions and the stack. No imports, so that both can load it. */
export const revenueTableKeys = {
  partitionKey: 'store_id',
  /**
   * `arrival#<window start>#<shard>#<first>`: what arrived in a window, or a part of it.
   * `minute#<minute>#<window start>#<shard>#<first>`: what a window contributes to a minute of event time.
   */
  sortKey: 'part',
} as const;
