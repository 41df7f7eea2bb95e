import { setTimeout as sleep } from 'node:timers/promises';
import {
  GetEventSourceMappingCommand,
  type LambdaClient,
  ResourceConflictException,
  ResourceInUseException,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { Stopped } from '../command.ts';

const pollMs = 250;
const patienceMs = 5 * 60_000;

/** `Enabled`, `Disabled`, or on the way to one of them. */
export async function mappingState(lambda: LambdaClient, UUID: string): Promise<string> {
  return (await lambda.send(new GetEventSourceMappingCommand({ UUID }))).State ?? '';
}

/** Turns the mapping on or off and waits until it is; an invocation in flight has ended by then. */
export async function turnMapping(lambda: LambdaClient, UUID: string, enabled: boolean): Promise<void> {
  const wanted = enabled ? 'Enabled' : 'Disabled';
  const deadline = Date.now() + patienceMs;
  for (let asked = false; ; await sleep(pollMs)) {
    const state = await mappingState(lambda, UUID);
    if (state === wanted) return;
    if (Date.now() > deadline) throw new Stopped(`The mapping ${UUID} is ${state} and doesn't become ${wanted}.`);
    if (asked || state.endsWith('ing')) continue;
    try {
      await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: enabled }));
      asked = true;
    } catch (error) {
      if (!(error instanceof ResourceInUseException || error instanceof ResourceConflictException)) throw error;
    }
  }
}
