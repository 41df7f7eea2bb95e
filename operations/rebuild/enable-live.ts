import { slottedProjections } from '../../lambda/stores/slot.ts';
import type { Clients } from '../clients.ts';
import { type Deployment, outputOf } from '../deployment.ts';
import { readLive } from '../live.ts';
import { mappingState, turnMapping } from './mapping.ts';

/**
 * Lets each slot that readers use follow the stream again where a deployment had stopped it: the template knows blue as
 * the one that follows, whichever a rebuild has switched to. It goes on from where it was stopped. Answers which slots
 * these are, such as `green orders`.
 */
export async function enableLive(deployment: Deployment, clients: Clients): Promise<string[]> {
  const enabled: string[] = [];
  for (const projection of slottedProjections) {
    const slot = await readLive(clients.dynamodb, outputOf(deployment, 'LiveTableName'), projection);
    const { mapping } = deployment.slots[projection][slot];
    if ((await mappingState(clients.lambda, mapping)) === 'Enabled') continue;
    await turnMapping(clients.lambda, mapping, true);
    enabled.push(`${slot} ${projection}`);
  }
  return enabled;
}
