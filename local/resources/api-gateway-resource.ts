import * as z from 'zod/mini';
import { gatewayId, restApi } from '../api-gateway/ids.ts';
import { StartError } from '../start-error.ts';
import { resourceType } from './resource-type.ts';

/** One segment of an API's paths. */
export const apiGatewayResource = resourceType({
  type: 'AWS::ApiGateway::Resource',
  properties: z.strictObject({ RestApiId: z.string(), ParentId: z.string(), PathPart: z.string() }),
  withoutEffect: [],
  create: async ({ logicalId, properties: { RestApiId, ParentId, PathPart } }, context) => {
    const { resources } = restApi(RestApiId, context);
    const parent = resources.get(ParentId);
    if (!parent) throw new StartError(`ParentId: ${ParentId} is no resource of the API`);
    const resourceId = gatewayId(logicalId, context);
    const path = parent.path === '/' ? `/${PathPart}` : `${parent.path}/${PathPart}`;
    resources.set(resourceId, { resourceId, path, methods: new Map() });
    return { ref: resourceId, attributes: { ResourceId: resourceId } };
  },
});
