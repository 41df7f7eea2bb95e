import * as z from 'zod/mini';
import { gatewayId, restApi } from '../api-gateway/ids.ts';
import { resourceType } from './resource-type.ts';

/** Checks that required parameters are there. Checking a body against a model isn't run here. */
export const apiGatewayRequestValidator = resourceType({
  type: 'AWS::ApiGateway::RequestValidator',
  properties: z.strictObject({
    RestApiId: z.string(),
    ValidateRequestParameters: z.optional(z.boolean()),
    ValidateRequestBody: z.optional(z.literal(false)),
  }),
  withoutEffect: ['Name'],
  create: async ({ logicalId, properties: { RestApiId, ValidateRequestParameters = false } }, context) => {
    const validatorId = gatewayId(logicalId, context);
    restApi(RestApiId, context).requestValidators.set(validatorId, { parameters: ValidateRequestParameters });
    return { ref: validatorId, attributes: { RequestValidatorId: validatorId } };
  },
});
