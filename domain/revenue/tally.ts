/** What sales come to: how many, their sum, and the sum of those whose goods came back. Whole cents. */
export interface Tally {
  sales: number;
  revenueCents: number;
  /** Contained in `revenueCents`: what remains is the net. */
  returnsCents: number;
}

export const emptyTally = (): Tally => ({ sales: 0, revenueCents: 0, returnsCents: 0 });

/** Adds `more` to `tally`. */
export function addTo(tally: Tally, more: Readonly<Tally>): void {
  tally.sales += more.sales;
  tally.revenueCents += more.revenueCents;
  tally.returnsCents += more.returnsCents;
}

/** What all of them come to together. */
export function sumOf(tallies: Iterable<Readonly<Tally>>): Tally {
  const sum = emptyTally();
  for (const tally of tallies) addTo(sum, tally);
  return sum;
}
