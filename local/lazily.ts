/** Makes something when it is first asked for. */
export interface Lazily<T> {
  get(): Promise<T>;
  /** What there is by now; undefined where nobody has asked. */
  made(): Promise<T | undefined>;
}

export const lazily = <T>(make: () => Promise<T>): Lazily<T> => {
  let made: Promise<T> | undefined;
  return {
    get: () => {
      made ??= make();
      return made;
    },
    made: async () => made,
  };
};
