import * as z from 'zod/mini';
import { gatewayId } from '../api-gateway/ids.ts';
import { resourceType } from './resource-type.ts';

/** A key that a usage plan can let in. Its value is the template's, else made once and kept with the data. */
export const apiGatewayApiKey = resourceType({
  type: 'AWS::ApiGateway::ApiKey',
  properties: z.strictObject({
    Enabled: z.optional(z.boolean()),
    Value: z.optional(z.string().check(z.minLength(20), z.maxLength(128))),
  }),
  withoutEffect: ['CustomerId', 'Description', 'GenerateDistinctId', 'Name', 'StageKeys', 'Tags'],
  create: async ({ logicalId, properties: { Enabled, Value } }, context) => {
    const keyId = gatewayId(logicalId, context);
    if (Enabled) context.apiKeys.set(keyId, Value ?? context.secret(`api-key-${keyId}`));
    return { ref: keyId, attributes: { APIKeyId: keyId } };
  },
});
