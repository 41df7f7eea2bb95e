const orders = new WeakMap<Map<string, unknown>, string[]>();

/** The keys of a map in their order, which is found once and kept with every change of the map from then on. */
export function keysInOrder<T>(map: Map<string, T>): readonly string[] {
  let keys = orders.get(map);
  if (!keys) {
    keys = [...map.keys()].sort();
    orders.set(map, keys);
    followChanges(map, keys);
  }
  return keys;
}

/** The place of the first of the ordered keys that `isPast` holds for, as it does for all that follow. */
export function firstPlace(keys: readonly string[], isPast: (key: string) => boolean, from = 0): number {
  let low = from;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isPast(keys[middle] as string)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function followChanges<T>(map: Map<string, T>, keys: string[]): void {
  const { set, delete: remove, clear } = map;
  const placeOf = (key: string) => firstPlace(keys, (other) => other >= key);
  map.set = (key, value) => {
    if (!map.has(key)) keys.splice(placeOf(key), 0, key);
    return set.call(map, key, value) as typeof map;
  };
  map.delete = (key) => {
    const wasThere = remove.call(map, key);
    if (wasThere) keys.splice(placeOf(key), 1);
    return wasThere;
  };
  map.clear = () => {
    keys.length = 0;
    clear.call(map);
  };
}
