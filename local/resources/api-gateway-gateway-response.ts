import * as z from 'zod/mini';
import { isEvaluableParameter, isEvaluableTemplate } from '../api-gateway/gateway-error.ts';
import { gatewayId, restApi } from '../api-gateway/ids.ts';
import { resourceType } from './resource-type.ts';

const HEADER = 'gatewayresponse.header.';

/** How the API's own errors of one type are dressed up. */
export const apiGatewayGatewayResponse = resourceType({
  type: 'AWS::ApiGateway::GatewayResponse',
  properties: z.strictObject({
    RestApiId: z.string(),
    ResponseType: z.string(),
    StatusCode: z.optional(z.string().check(z.regex(/^[2-5]\d\d$/))),
    ResponseParameters: z.optional(
      z.record(
        z.string().check(z.startsWith(HEADER)),
        z.string().check(z.refine(isEvaluableParameter, { error: 'this mapping is not run here' })),
      ),
    ),
    ResponseTemplates: z.optional(
      z.record(z.string(), z.string().check(z.refine(isEvaluableTemplate, { error: 'this template is not run here' }))),
    ),
  }),
  withoutEffect: [],
  create: async ({ logicalId, properties }, context) => {
    const { RestApiId, ResponseType, StatusCode, ResponseParameters = {}, ResponseTemplates = {} } = properties;
    const responseId = gatewayId(logicalId, context);
    restApi(RestApiId, context).gatewayResponses.set(ResponseType, {
      status: StatusCode === undefined ? undefined : Number(StatusCode),
      headers: Object.fromEntries(
        Object.entries(ResponseParameters).map(([name, value]) => [name.slice(HEADER.length), value]),
      ),
      templates: ResponseTemplates,
    });
    return { ref: responseId, attributes: { Id: responseId } };
  },
});
