import type { Answer, Driver } from './driver.ts';
import type { Model, ModelIterator, ModelShard, ModelStream } from './model.ts';

export const fail = (what: string): never => {
  throw new Error(what);
};

export const same = (got: unknown, wanted: unknown, what: string): void => {
  if (!Object.is(got, wanted)) fail(`${what} is ${String(got)}, not ${String(wanted)}`);
};

/** The output of an answer that must not be an error. */
export const outputOf = ({ error, output }: Answer, what: string) =>
  error === undefined ? output : fail(`${what}: ${error}`);

interface ListedShard {
  readonly ShardId: string;
  readonly ParentShardId?: string;
  readonly AdjacentParentShardId?: string;
  readonly HashKeyRange: { readonly StartingHashKey: string; readonly EndingHashKey: string };
  readonly SequenceNumberRange: { readonly EndingSequenceNumber?: string };
}

/** All shards of a stream, a few a page. */
const listShards = async (driver: Driver, name: string): Promise<ListedShard[]> => {
  const shards: ListedShard[] = [];
  let place: Record<string, unknown> = { StreamName: name };
  do {
    const page = outputOf(await driver.call('ListShards', { ...place, MaxResults: 5 }), 'ListShards');
    shards.push(...page.Shards);
    place = { NextToken: page.NextToken };
  } while (place.NextToken);
  return shards;
};

/** The model's shards as the implementation lists them; throws if that cannot be after what the model knows. */
export const listed = async (driver: Driver, { name, shards, retentionHours }: ModelStream): Promise<ModelShard[]> => {
  const nowMs = driver.inside?.now();
  const list = await listShards(driver, name);
  const known = new Map(shards.map((shard) => [shard.id, shard]));
  const isExpired = ({ closedMs = nowMs }: ModelShard) =>
    nowMs !== undefined && Number(closedMs) <= nowMs - retentionHours * 3_600_000;
  const ids = new Set(list.map(({ ShardId }) => ShardId));
  const unlisted = shards.filter(({ id }) => !ids.has(id));
  for (const shard of unlisted) if (shard.isOpen || !isExpired(shard)) fail(`${shard.id} of ${name} is not listed`);
  const all = list.map((each): ModelShard => {
    const parents = [each.ParentShardId, each.AdjacentParentShardId].filter((id) => id !== undefined);
    const shard = known.get(each.ShardId);
    const isOpen = each.SequenceNumberRange.EndingSequenceNumber === undefined;
    if (shard && !shard.isOpen && isOpen) fail(`${shard.id} is open again`);
    return {
      id: each.ShardId,
      from: BigInt(each.HashKeyRange.StartingHashKey),
      to: BigInt(each.HashKeyRange.EndingHashKey),
      parents,
      isOpen,
      closedMs: isOpen ? undefined : (shard?.closedMs ?? nowMs),
      records: shard?.records ?? [],
      gone: shard?.gone ?? 0,
      isReopened: shard?.isReopened ?? false,
    };
  });
  return [...unlisted, ...all].sort((a, b) => (a.id < b.id ? -1 : 1));
};

/** The open shards cover all hash keys, and a child's share is its parents'. */
export const checkShards = (shards: readonly ModelShard[]): void => {
  const open = shards.filter(({ isOpen }) => isOpen).sort((a, b) => (a.from < b.from ? -1 : 1));
  let next = 0n;
  for (const { id, from, to } of open) {
    same(from, next, `the first hash key of ${id}`);
    next = to + 1n;
  }
  same(next, 1n << 128n, 'the end of the last shard');
  for (const child of shards) {
    const parents = shards.filter(({ id }) => child.parents.includes(id));
    if (parents.some(({ isOpen }) => isOpen)) fail(`${child.id} has an open parent`);
    if (parents.length === 0) continue;
    const isParents = (key: bigint) => parents.some(({ from, to }) => from <= key && key <= to);
    if (!isParents(child.from) || !isParents(child.to)) fail(`${child.id} takes hash keys that are not its parents'`);
  }
};

interface Page {
  readonly Records: readonly {
    readonly SequenceNumber: string;
    readonly PartitionKey: string;
    readonly Data: string;
    readonly ApproximateArrivalTimestamp: number;
  }[];
  readonly NextShardIterator?: string | null;
  readonly MillisBehindLatest: number;
  readonly ChildShards?: readonly { readonly ShardId: string }[];
}

/** Checks a page of records, and answers the place after it. */
export const checkPage = (
  model: Model,
  driver: Driver,
  { stream, shard: held, place }: ModelIterator,
  limit: number,
  page: Page,
): number => {
  const nowMs = driver.inside?.now();
  const shard = stream.shards.find(({ id }) => id === held.id) ?? fail(`${held.id} is unknown`);
  const { records } = shard;
  const first = Math.max(place, model.horizon(stream, shard, nowMs));
  const latest = Math.max(first, shard.gone);
  const number = page.Records[0]?.SequenceNumber;
  const found = number === undefined ? latest : records.findIndex((record) => record.number === number);
  const where = `${shard.id} of ${stream.name} from place ${place}`;
  if (found < first || found > latest)
    fail(`${where} begins at ${found} (${number}), and not from ${first} to ${latest} of ${records.length}`);
  // AWS may give less than there is, and be behind; what is asked of an engine here is all of it.
  const most = Math.min(limit, records.length - found);
  if (driver.inside) same(page.Records.length, Math.max(0, most), `the length of a page of ${where}`);
  page.Records.forEach((record, index) => {
    const wanted = records[found + index] ?? fail(`${where} has too many records`);
    same(record.SequenceNumber, wanted.number, `record ${index} of ${where}`);
    same(record.PartitionKey, wanted.key, `the key of record ${index} of ${where}`);
    same(record.Data, wanted.data, `the data of record ${index} of ${where}`);
    const ms = Math.round(record.ApproximateArrivalTimestamp * 1_000);
    if (wanted.arrivedMs !== undefined) same(ms, wanted.arrivedMs, `the arrival of record ${index} of ${where}`);
  });
  const next = found + page.Records.length;
  const isAll = next >= records.length;
  if (driver.inside) same(page.MillisBehindLatest > 0, !isAll, `whether ${where} is behind`);
  const isEnd = page.NextShardIterator == null;
  if (isEnd && (shard.isOpen || !isAll)) fail(`${where} ends too early`);
  if (driver.inside) same(isEnd, isAll && !shard.isOpen && page.Records.length === 0, `whether ${where} ends`);
  if (isEnd && driver.inside) {
    const children = stream.shards.filter(({ parents }) => parents.includes(shard.id)).map(({ id }) => id);
    same(String(page.ChildShards?.map(({ ShardId }) => ShardId)), String(children), `the children of ${where}`);
  }
  return next;
};
