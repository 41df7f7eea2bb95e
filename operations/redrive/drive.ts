import type { LambdaClient } from '@aws-sdk/client-lambda';
import { invokeBatch } from '../invoke.ts';
import type { Progress } from '../progress.ts';
import type { OnFailureBucket } from './on-failure-bucket.ts';
import { countRedriven, isRedriven, keyOf, type Planned, type PlannedRecord } from './plan.ts';
import { isOfWindow, type SetAside, type SetAsideRecord } from './set-aside.ts';

export interface DriveParts {
  readonly lambda: LambdaClient;
  readonly bucket: Pick<OnFailureBucket, 'auditKey' | 'writeAudit' | 'markDone' | 'markPartly'>;
  /** The functions that a record goes to once its own has taken it. */
  readonly passedOnTo: (setAside: SetAside, record: SetAsideRecord) => readonly string[];
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Who did it, for the audit records. */
  readonly by: string;
}

export interface DriveResult {
  readonly done: number;
  readonly failed: number;
  /** Behind one of their key that failed or was not chosen. */
  readonly held: number;
}

type Outcome = { readonly outcome: 'done' | 'failed' | 'held'; readonly error?: string };

/**
 * Hands the plan's records to their own functions, as they were sent: functions side by side, each in the order of its
 * stream, and then to those that it is passed on to. Once a record has failed, no later one of its key is tried. What
 * succeeded is marked at once, and an audit record is there from before the first call. What is of a window stays as it
 * is. Once the signal is aborted, it resolves when what was under way is marked.
 */
export async function drive(plan: readonly Planned[], parts: DriveParts): Promise<DriveResult> {
  const counts = { done: 0, failed: 0, held: 0 };
  const failures: string[] = [];
  parts.progress.begin('redriving', countRedriven(plan));
  const functions = Map.groupBy(
    plan.filter(({ setAside }) => !isOfWindow(setAside)),
    ({ setAside }) => setAside.functionName,
  );
  const lanes = [...functions.values()].map(async (objects) => {
    const failedKeys = new Set<string>();
    for (const planned of objects) {
      if (parts.signal.aborted) return;
      for (const [record, { outcome, error }] of await driveObject(planned, failedKeys, parts)) {
        counts[outcome]++;
        if (outcome === 'failed') failures.push(`${planned.setAside.id}: ${record.what} failed again: ${error}`);
      }
      parts.progress.at(counts.done + counts.failed);
    }
  });
  const ends = await Promise.allSettled(lanes);
  parts.progress.end();
  for (const failure of failures) parts.progress.say(failure);
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return counts;
}

type Outcomes = Map<SetAsideRecord, Outcome>;

async function driveObject(planned: Planned, failedKeys: Set<string>, parts: DriveParts): Promise<Outcomes> {
  const { setAside, records } = planned;
  const { bucket, by } = parts;
  const chosen = records.filter((each) => isRedriven(each) && !failedKeys.has(keyOf(setAside, each.record)));
  const outcomes: Outcomes = new Map(records.map(({ record }) => [record, { outcome: 'held' }]));
  if (chosen.length === 0) return outcomes;

  const atMs = Date.now();
  const auditKey = bucket.auditKey(setAside, atMs);
  const audit = (outcome: string) => {
    const { id, objectKey, functionName, edited } = setAside;
    const entries = records.map((each) => auditEntry(each, outcomes));
    const at = new Date(atMs).toISOString();
    return bucket.writeAudit(auditKey, { at, by, id, objectKey, functionName, edited, outcome, records: entries });
  };
  await audit('begun');
  await deliver(
    setAside,
    chosen.map(({ record }) => record),
    failedKeys,
    outcomes,
    parts,
  );
  const done = setAside.records.filter((record) => record.done || outcomes.get(record)?.outcome === 'done');
  if (done.length === setAside.records.length) await bucket.markDone(setAside, auditKey);
  else if (done.length > 0)
    await bucket.markPartly(
      setAside,
      done.map(({ sequenceNumber }) => sequenceNumber),
    );
  await audit(done.length === setAside.records.length ? 'done' : done.length > 0 ? 'partly done' : 'failed');
  return outcomes;
}

/** All at once; where that fails, one after the other, so that one record's fault is no other key's. */
async function deliver(
  setAside: SetAside,
  records: readonly SetAsideRecord[],
  failedKeys: Set<string>,
  outcomes: Outcomes,
  parts: DriveParts,
): Promise<void> {
  const [first] = records;
  if (!first) return;
  const { functionName, event } = setAside;
  const Records = records.map(({ raw }) => raw);
  const sequenceNumbers = records.map(({ sequenceNumber }) => sequenceNumber);
  const answer = await invokeBatch(parts.lambda, functionName, { ...event, Records }, sequenceNumbers);
  for (const record of records.slice(0, answer.done)) {
    if (failedKeys.has(keyOf(setAside, record))) continue;
    const outcome = await passOn(setAside, record, parts);
    outcomes.set(record, outcome);
    if (outcome.outcome === 'failed') failedKeys.add(keyOf(setAside, record));
  }
  if (answer.error === undefined) return;
  if (records.length === 1) {
    failedKeys.add(keyOf(setAside, first));
    outcomes.set(first, { outcome: 'failed', error: answer.error });
    return;
  }
  for (const record of records.slice(answer.done))
    if (!failedKeys.has(keyOf(setAside, record))) await deliver(setAside, [record], failedKeys, outcomes, parts);
}

async function passOn(
  setAside: SetAside,
  record: SetAsideRecord,
  { lambda, passedOnTo }: DriveParts,
): Promise<Outcome> {
  for (const functionName of passedOnTo(setAside, record)) {
    const event = { ...setAside.event, Records: [record.raw] };
    const { error } = await invokeBatch(lambda, functionName, event, [record.sequenceNumber]);
    if (error !== undefined) return { outcome: 'failed', error: `${functionName}: ${error}` };
  }
  return { outcome: 'done' };
}

const auditEntry = ({ record, fate, behind }: PlannedRecord, outcomes: Outcomes) => ({
  sequenceNumber: record.sequenceNumber,
  what: record.what,
  planned: fate,
  ...(behind !== undefined && { behind }),
  ...outcomes.get(record),
});
