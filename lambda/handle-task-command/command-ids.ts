import { hash } from 'node:crypto';
import { decodeTime, incrementBase32, ulid, uuidToULID } from 'ulid';
import { canonicalJson } from '../../domain/canonical-json.ts';

/** A new task's id. */
export const newTaskId = (now: Date): string => ulid(now.getTime());

/**
 * The id of a task created under an `Idempotency-Key`: SHA-256 over the caller, the key and the task, its first 128
 * bits spelled as a ULID. The same task sent again by the same caller is the same task.
 */
export function taskIdUnderKey(caller: string, key: string, task: unknown): string {
  const hex = hash('sha256', canonicalJson([caller, key, task]));
  return uuidToULID(hex.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'));
}

/** A command's id: new, and greater than `last`, the newest of its task, whatever the clocks of two functions say. */
export function nextCommandId(last: string, now: Date): string {
  const id = ulid(now.getTime());
  return id > last ? id : incrementBase32(last);
}

/** When the command was given, as far as its id says: later commands of a task are never earlier. */
export const timeOf = (commandId: string): string => new Date(decodeTime(commandId)).toISOString();
