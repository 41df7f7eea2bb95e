import type { LambdaClient } from '@aws-sdk/client-lambda';
import { amountOf, centsFromNumber } from '../../domain/money.ts';
import type { Produced } from '../../lambda/produce-sales/produce-sales.ts';
import { sentenceOf } from '../command.ts';
import { invokeWhenFree } from '../invoke.ts';
import type { Progress } from '../progress.ts';
import type { CommandLine } from './command-line.ts';

export interface ProduceOptions {
  readonly lambda: LambdaClient;
  readonly functionName: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** What one invocation is asked for: little enough that progress shows, much enough that calls are few. */
const salesAtATime = 100;
const secondsAtATime = 5;

/**
 * Invokes the producer until all is produced, the bus refuses something, the producer itself fails, or `signal` aborts,
 * and adds up what it answered. What an invocation that failed had sold by then is not in the sum.
 */
export async function produce(line: CommandLine, options: ProduceOptions): Promise<Produced> {
  const { signal, progress } = options;
  const [unit, total, step] =
    'events' in line.amount
      ? (['events', line.amount.events, salesAtATime] as const)
      : (['seconds', line.amount.seconds, secondsAtATime] as const);
  const sum = { records: 0, cents: 0 };
  let error: string | undefined;
  progress.begin(unit === 'events' ? 'sales' : 'seconds of sales', total);
  for (let done = 0; done < total && error === undefined && !signal.aborted; ) {
    const amount = Math.min(step, total - done);
    const { message } = await invoke({ [unit]: amount, lateMinutes: line.lateMinutes }, options);
    sum.records += message.record_count;
    sum.cents += centsFromNumber(message.tot_sales) ?? 0;
    if (!message.status) error = message.error ?? 'the producer does not say why';
    done += amount;
    progress.at(done);
  }
  progress.end();
  const message = { status: error === undefined, record_count: sum.records, tot_sales: amountOf(sum.cents) };
  return { message: error === undefined ? message : { ...message, error } };
}

async function invoke(request: object, { lambda, functionName }: ProduceOptions): Promise<Produced> {
  try {
    const answer = await invokeWhenFree(lambda, functionName, JSON.stringify(request));
    const value = JSON.parse(answer.Payload?.transformToString() ?? 'null');
    if (answer.FunctionError === undefined) return value as Produced;
    return nothingSold(`the producer failed: ${(value as { errorMessage?: string } | null)?.errorMessage}`);
  } catch (error) {
    return nothingSold(sentenceOf(error as Error));
  }
}

const nothingSold = (error: string): Produced => ({ message: { status: false, record_count: 0, tot_sales: 0, error } });
