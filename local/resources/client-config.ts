import type { LocalContext } from '../context.ts';
import type { EngineName } from './resource-type.ts';

/** What a client of the SDK needs to reach the service, whether an engine plays it or not. */
export const clientConfig = (context: LocalContext, service: EngineName) => ({
  region: context.region,
  endpoint: context.endpoints[service],
  credentials: context.credentials,
});
