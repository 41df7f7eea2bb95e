import * as z from 'zod/mini';
import { isEvaluableParameter, isEvaluableTemplate } from '../api-gateway/gateway-error.ts';
import { gatewayId, restApi } from '../api-gateway/ids.ts';
import { resourceType } from './resource-type.ts';

const HEADER = 'gatewayresponse.header.';

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html */
const responseTypes = [
  'ACCESS_DENIED',
  'API_CONFIGURATION_ERROR',
  'AUTHORIZER_CONFIGURATION_ERROR',
  'AUTHORIZER_FAILURE',
  'BAD_REQUEST_BODY',
  'BAD_REQUEST_PARAMETERS',
  'DEFAULT_4XX',
  'DEFAULT_5XX',
  'EXPIRED_TOKEN',
  'INTEGRATION_FAILURE',
  'INTEGRATION_TIMEOUT',
  'INVALID_API_KEY',
  'INVALID_SIGNATURE',
  'MISSING_AUTHENTICATION_TOKEN',
  'QUOTA_EXCEEDED',
  'REQUEST_TOO_LARGE',
  'RESOURCE_NOT_FOUND',
  'THROTTLED',
  'UNAUTHORIZED',
  'UNSUPPORTED_MEDIA_TYPE',
  'WAF_FILTERED',
] as const;

/** How the API's own errors of one type are dressed up. */
export const apiGatewayGatewayResponse = resourceType({
  type: 'AWS::ApiGateway::GatewayResponse',
  properties: z.strictObject({
    RestApiId: z.string(),
    ResponseType: z.enum(responseTypes),
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
