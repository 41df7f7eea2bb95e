import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Stopped } from '../command.ts';
import type { SetAside, SetAsideRecord } from './set-aside.ts';

/** The records as a person reads and edits them: Kinesis data as JSON, or in base64 where it is none. */
export const editableText = ({ records }: SetAside): string => JSON.stringify(records.map(editable), undefined, 2);

/** The event with what was changed in the text; what wasn't keeps its bytes. @throws Stopped that names the place */
export function applyEdit(setAside: SetAside, text: string): SetAside['event'] {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch (error) {
    throw new Stopped(`That is no JSON: ${(error as Error).message}`);
  }
  const { records, event } = setAside;
  if (!Array.isArray(given) || given.length !== records.length)
    throw new Stopped(`An array of ${records.length} is needed: records are neither added nor left out`);
  const Records = records.map((record, index) => changed(record, given[index], `[${index}]`));
  if (Records.every((raw, index) => raw === records[index]?.raw)) throw new Stopped('Nothing was changed');
  return { ...event, Records };
}

/** Lets a person change the text in `$VISUAL` or `$EDITOR`; answers in which file it lies, in a folder of its own. */
export async function editInteractively(text: string): Promise<string> {
  const editor = process.env.VISUAL ?? process.env.EDITOR;
  if (!editor || !process.stdin.isTTY)
    throw new Stopped('There is no terminal or no $EDITOR: write --show to a file, change it, and give it by --with');
  const folder = mkdtempSync(join(tmpdir(), 'redrive-'));
  const file = join(folder, 'records.json');
  writeFileSync(file, text, { mode: 0o600 });
  const child = spawn(`${editor} "${file}"`, { stdio: 'inherit', shell: true });
  const [code] = await once(child, 'exit');
  if (code === 0) return file;
  rmSync(folder, { recursive: true });
  throw new Stopped(`${editor} ended with ${code}: nothing is changed`);
}

type Editable = Readonly<Record<string, unknown>>;

const editable = ({ sequenceNumber, raw }: SetAsideRecord): Editable => {
  const { kinesis, dynamodb } = raw as { kinesis?: { partitionKey: string; data: string }; dynamodb?: object };
  if (!kinesis) return { sequenceNumber, dynamodb };
  const { partitionKey, data } = kinesis;
  const json = jsonIn(data);
  return { sequenceNumber, partitionKey, ...(json === undefined ? { base64: data } : { data: json }) };
};

const changed = (record: SetAsideRecord, given: unknown, at: string): SetAsideRecord['raw'] => {
  const before = editable(record);
  if (JSON.stringify(given) === JSON.stringify(before)) return record.raw;
  if (record.done) throw new Stopped(`${at}: it is redriven already, and stays as it is`);
  if (typeof given !== 'object' || given === null) throw new Stopped(`${at}: an object is needed`);
  const { raw } = record;
  const { data, base64, dynamodb, ...fixed } = given as Editable;
  const { data: _, base64: __, dynamodb: ___, ...unchangeable } = before;
  if (JSON.stringify(fixed) !== JSON.stringify(unchangeable))
    throw new Stopped(`${at}: ${Object.keys(unchangeable).join(' and ')} stay as they are, and nothing stands beside`);
  if (!raw.kinesis) {
    if (typeof dynamodb !== 'object' || dynamodb === null) throw new Stopped(`${at}.dynamodb: an object is needed`);
    return { ...raw, dynamodb: { ...dynamodb, SequenceNumber: record.sequenceNumber } };
  }
  if ((data === undefined) === (typeof base64 !== 'string'))
    throw new Stopped(`${at}: either data or base64 is needed`);
  const bytes = data === undefined ? Buffer.from(base64 as string, 'base64') : Buffer.from(JSON.stringify(data));
  return { ...raw, kinesis: { ...raw.kinesis, data: bytes.toString('base64') } };
};

const jsonIn = (data: string): unknown => {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(data, 'base64')));
  } catch {
    return undefined;
  }
};
