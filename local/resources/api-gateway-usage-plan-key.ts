import * as z from 'zod/mini';
import { resourceType } from './resource-type.ts';

/** Lets a key into a usage plan; into one that opens no stage it leads nowhere. */
export const apiGatewayUsagePlanKey = resourceType({
  type: 'AWS::ApiGateway::UsagePlanKey',
  properties: z.strictObject({ KeyId: z.string(), KeyType: z.literal('API_KEY'), UsagePlanId: z.string() }),
  withoutEffect: [],
  create: async ({ properties: { KeyId, UsagePlanId } }, context) => {
    const value = context.apiKeys.get(KeyId);
    for (const { usagePlans } of context.restApis.values()) {
      for (const plan of usagePlans) if (plan.id === UsagePlanId && value !== undefined) plan.addKey(KeyId, value);
    }
    const id = `${KeyId}:${UsagePlanId}`;
    return { ref: id, attributes: { Id: id } };
  },
});
