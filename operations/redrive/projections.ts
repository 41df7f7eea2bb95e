import { type LambdaClient, ListEventSourceMappingsCommand, ResourceNotFoundException } from '@aws-sdk/client-lambda';
import { domainEvents } from '../../domain/domain-event.ts';
import { projectedTypes, slots, slottedProjections } from '../../lambda/stores/slot.ts';
import type { Clients } from '../clients.ts';
import { type Deployment, outputOf } from '../deployment.ts';
import { describeData } from '../events/selection.ts';
import { readLive } from '../live.ts';
import { mappingState } from '../rebuild/mapping.ts';
import { inParallel } from './in-parallel.ts';
import type { SetAside, SetAsideRecord } from './set-aside.ts';

/** What becomes of a record once the function that had refused it takes it. */
export interface Projections {
  /** The functions that it goes to then, since their filters held it back as it was. */
  readonly passedOnTo: (setAside: SetAside, record: SetAsideRecord) => readonly string[];
  /** Whether it is an event that was only checked, and goes to none of them. */
  readonly reachesNobody: (setAside: SetAside, record: SetAsideRecord) => boolean;
}

/**
 * A function without a filter, as `check-event` is, sets aside what no other is woken for, such as an unknown type.
 * Edited, or known since, that is for the projections too: for the slots that are read, and
 * those that follow the stream.
 */
export async function projectionsOf(
  deployment: Deployment,
  { dynamodb, lambda }: Pick<Clients, 'dynamodb' | 'lambda'>,
  pending: readonly SetAside[],
): Promise<Projections> {
  const unfiltered = new Set<string>();
  const names = new Set(pending.map(({ functionName }) => functionName));
  await inParallel([...names], 4, async (FunctionName) => {
    const mappings = await mappingsOf(lambda, FunctionName);
    if (mappings.some(({ FilterCriteria }) => !FilterCriteria?.Filters?.length)) unfiltered.add(FunctionName);
  });
  const wanting = new Map<string, string[]>();
  for (const projection of slottedProjections) {
    const live = await readLive(dynamodb, outputOf(deployment, 'LiveTableName'), projection);
    for (const slot of slots) {
      const { function: name, mapping } = deployment.slots[projection][slot];
      if (slot !== live && (await mappingState(lambda, mapping)).startsWith('Disabl')) continue;
      for (const type of projectedTypes[projection]) wanting.set(type, [...(wanting.get(type) ?? []), name]);
    }
  }
  const typeOf = ({ functionName }: SetAside, { raw }: SetAsideRecord): string => {
    const { kinesis } = raw as { kinesis?: { data: string } };
    return kinesis && unfiltered.has(functionName) ? describeData(kinesis.data).type : '';
  };
  return {
    passedOnTo: (setAside, record) => wanting.get(typeOf(setAside, record)) ?? [],
    reachesNobody: (setAside, record) => {
      const type = typeOf(setAside, record);
      return domainEvents.some((each) => each.type === type) && !wanting.has(type);
    },
  };
}

/** None where the function has gone since. */
async function mappingsOf(lambda: LambdaClient, FunctionName: string) {
  try {
    return (await lambda.send(new ListEventSourceMappingsCommand({ FunctionName }))).EventSourceMappings ?? [];
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return [];
    throw error;
  }
}
