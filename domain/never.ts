/** Where no case is left: the compiler refuses a forgotten one, and what slips past it fails instead of vanishing. */
export function never(unknown: never): never {
  throw new TypeError(`unknown case: ${JSON.stringify(unknown)}`);
}
