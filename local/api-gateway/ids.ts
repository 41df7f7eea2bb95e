import { hash } from 'node:crypto';
import type { LocalContext } from '../context.ts';
import { StartError } from '../start-error.ts';
import type { RestApi } from './rest-api.ts';

/** An id as API Gateway gives them, ten lower-case letters and digits; stable from start to start. */
export const gatewayId = (logicalId: string, { stackName }: LocalContext): string =>
  BigInt(`0x${hash('sha256', `${stackName}/${logicalId}`)}`)
    .toString(36)
    .padStart(10, '0')
    .slice(-10);

/** Throws a `StartError` where the template has no such API. */
export const restApi = (restApiId: string, context: LocalContext): RestApi => {
  const api = context.restApis.get(restApiId);
  if (api) return api;
  throw new StartError(`${restApiId} is no REST API of this stack`);
};
