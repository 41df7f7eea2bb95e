import * as z from 'zod/mini';
import { resourceType } from './resource-type.ts';

/** Describes a body. Only a request validator would hold a request against it, and that isn't run here. */
export const apiGatewayModel = resourceType({
  type: 'AWS::ApiGateway::Model',
  properties: z.strictObject({ RestApiId: z.string(), Name: z.optional(z.string()) }),
  withoutEffect: ['ContentType', 'Description', 'Schema'],
  create: async ({ logicalId, properties: { Name } }) => ({ ref: Name ?? logicalId }),
});
