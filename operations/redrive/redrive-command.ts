import { existsSync, readFileSync, rmSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { dirname } from 'node:path';
import { openClients } from '../clients.ts';
import { Stopped, sentenceOf, UsageError } from '../command.ts';
import { outputOf, readDeployment } from '../deployment.ts';
import type { Progress } from '../progress.ts';
import { ask } from './ask.ts';
import { type CommandLine, readCommandLine } from './command-line.ts';
import { count, describePending, describePlan, ofWindow } from './describe.ts';
import { type DriveParts, drive } from './drive.ts';
import { applyEdit, editableText, editInteractively } from './edit.ts';
import { OnFailureBucket } from './on-failure-bucket.ts';
import { countRedriven, planRedrive } from './plan.ts';
import { type Projections, projectionsOf } from './projections.ts';
import { choose, find } from './select.ts';
import type { SetAside } from './set-aside.ts';
import { findSuperseded } from './superseded.ts';

/** More records than these are redriven only after a question, or with --yes. */
const unasked = 10;

/** Where the command finds its stack and what it talks to. */
export interface Terminal {
  /** Where `outputs.json` and `env` lie. */
  readonly folder: string;
  /** Takes what the command answers, without the last line's end. */
  readonly print: (text: string) => void;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** `npm run redrive`. @throws UsageError, Stopped */
export async function redriveCommand(args: readonly string[], terminal: Terminal): Promise<void> {
  const line = readCommandLine(args);
  if (!line) return;
  const { print, progress } = terminal;
  const deployment = readDeployment(terminal.folder);
  const clients = openClients(deployment);
  const bucket = new OnFailureBucket(clients.s3, outputOf(deployment, 'OnFailureBucketName'));
  try {
    const pending = await bucket.pending(progress);
    const { setAside } = pending;
    if (line.action === 'list') print(describePending(pending, Date.now()));
    else if (line.action === 'show') print(editableText(find(setAside, line.id)));
    else if (line.action === 'edit') print(await edit(bucket, find(setAside, line.id), line.file));
    else if (line.action === 'dismiss') print(await dismiss(bucket, find(setAside, line.id)));
    else if (setAside.length === 0) print('Nothing is set aside.');
    else {
      const projections = await projectionsOf(deployment, clients, setAside);
      const parts = { ...terminal, bucket, lambda: clients.lambda, by: operator(), ...projections };
      print(await redrive(setAside, line, parts, () => findSuperseded(deployment, clients.dynamodb, setAside)));
    }
  } finally {
    clients.destroy();
  }
}

const edit = async (bucket: OnFailureBucket, setAside: SetAside, file: string | undefined): Promise<string> => {
  if (file !== undefined && !existsSync(file)) throw new UsageError(`--with: there is no ${file}`);
  if (file === undefined) return editByHand(bucket, setAside);
  await bucket.edit(setAside, applyEdit(setAside, readFileSync(file, 'utf8')));
  return `${setAside.id} is edited; the original stays at ${setAside.objectKey}`;
};

/** What was written is kept until it is taken. */
const editByHand = async (bucket: OnFailureBucket, setAside: SetAside): Promise<string> => {
  const file = await editInteractively(editableText(setAside));
  try {
    const answer = await edit(bucket, setAside, file);
    rmSync(dirname(file), { recursive: true });
    return answer;
  } catch (error) {
    throw new Stopped(`${sentenceOf(error as Error)}\nWhat you wrote is kept: --edit ${setAside.id} --with ${file}`);
  }
};

const dismiss = async (bucket: OnFailureBucket, setAside: SetAside): Promise<string> => {
  const { id, objectKey, functionName } = setAside;
  const atMs = Date.now();
  const auditKey = bucket.auditKey(setAside, atMs);
  const at = new Date(atMs).toISOString();
  await bucket.writeAudit(auditKey, { at, by: operator(), id, objectKey, functionName, outcome: 'dismissed' });
  await bucket.markDismissed(setAside, auditKey);
  return `${id} is dismissed, and handed to nobody; it stays at ${objectKey}`;
};

/** For the audit records. */
const operator = (): string => `${userInfo().username}@${hostname()}`;

const redrive = async (
  pending: readonly SetAside[],
  { chosen, drive: forReal, yes }: CommandLine & { readonly action: 'redrive' },
  parts: DriveParts & Terminal & Projections,
  findPassed: () => ReturnType<typeof findSuperseded>,
): Promise<string> => {
  const isChosen = choose(pending, chosen);
  const plan = planRedrive(pending, isChosen, await findPassed());
  for (const { setAside, records } of plan)
    for (const { record, fate } of records) {
      if (parts.reachesNobody(setAside, record)) parts.progress.say(`${record.what} ${whereToMend}`);
      if (forReal && fate === 'window') parts.progress.say(`${setAside.id}: ${record.what} ${ofWindow}`);
    }
  if (!forReal) return describePlan(plan);
  if (!yes && !(await agreed(countRedriven(plan), parts.signal))) return 'Nothing is redriven.';
  const { done, failed, held } = await drive(plan, parts);
  if (parts.signal.aborted)
    parts.progress.say('interrupted; what succeeded is marked, the same command goes on with the rest');
  const summary = `${count(done, 'record')} redriven, ${failed} failed again, ${held} held back`;
  if (failed + held > 0) throw new Stopped(`${summary}: what failed or was held back stays set aside`);
  return summary;
};

const whereToMend =
  'goes no further than its check: a sale goes on the bus again, npm run rebuild-tasks mends the tasks';

const agreed = async (records: number, signal: AbortSignal): Promise<boolean> => {
  if (records <= unasked) return true;
  if (!process.stdin.isTTY)
    throw new UsageError(`These are ${count(records, 'record')}: --yes redrives more than ${unasked}`);
  return ask(`Redrive ${count(records, 'record')}?`, { input: process.stdin, output: process.stderr, signal });
};
