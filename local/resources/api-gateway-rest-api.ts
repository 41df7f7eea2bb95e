import * as z from 'zod/mini';
import { ApiServer } from '../api-gateway/api-server.ts';
import { apiHandler } from '../api-gateway/handle-request.ts';
import { gatewayId } from '../api-gateway/ids.ts';
import type { RestApi } from '../api-gateway/rest-api.ts';
import { StartError } from '../start-error.ts';
import { resourceType } from './resource-type.ts';

/** Listens at once, so that its origin is known to whatever the template tells it; answers when all of it is there. */
export const apiGatewayRestApi = resourceType({
  type: 'AWS::ApiGateway::RestApi',
  properties: z.strictObject({
    Name: z.optional(z.string()),
    BinaryMediaTypes: z.optional(z.array(z.string())),
    ApiKeySourceType: z.optional(z.literal('HEADER')),
    DisableExecuteApiEndpoint: z.optional(z.literal(false)),
  }),
  withoutEffect: [
    'Description',
    'EndpointConfiguration',
    'FailOnWarnings',
    'SecurityPolicy',
    'EndpointAccessMode',
    'Tags',
  ],
  create: async ({ logicalId, properties }, context) => {
    const restApiId = gatewayId(logicalId, context);
    const rootResourceId = gatewayId(`${logicalId}/root`, context);
    const api: RestApi = {
      restApiId,
      name: properties.Name ?? logicalId,
      rootResourceId,
      binaryMediaTypes: (properties.BinaryMediaTypes ?? []).map((type) => type.toLowerCase()),
      resources: new Map([[rootResourceId, { resourceId: rootResourceId, path: '/', methods: new Map() }]]),
      stages: new Map(),
      gatewayResponses: new Map(),
      requestValidators: new Map(),
      usagePlans: new Set(),
    };
    const port = context.takePort();
    const server = await ApiServer.listen(port, context.clock, context.pages).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') throw new StartError(`port ${port} is busy; --port chooses another`);
      if (error.code === 'EACCES') throw new StartError(`port ${port} may not be listened on`);
      throw error;
    });
    context.onClose(() => server.close());
    context.whenCreated(() => {
      context.onClose(() => server.close()); // before the functions close, which were all there by now
      server.serve(apiHandler(api, context));
    });
    context.restApis.set(restApiId, api);
    context.apiOrigins.set(restApiId, server.origin);
    return { ref: restApiId, attributes: { RestApiId: restApiId, RootResourceId: rootResourceId } };
  },
});
