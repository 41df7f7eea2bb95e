import * as z from 'zod/mini';
import { restApi } from '../api-gateway/ids.ts';
import { corsOrigins, mockStatus } from '../api-gateway/mock-integration.ts';
import type { LambdaProxyIntegration, MockIntegration } from '../api-gateway/rest-api.ts';
import { StartError } from '../start-error.ts';
import { resourceType } from './resource-type.ts';

const LambdaProxy = z.strictObject({
  Type: z.literal('AWS_PROXY'),
  IntegrationHttpMethod: z.literal('POST'),
  Uri: z.string(),
  TimeoutInMillis: z.optional(z.int().check(z.minimum(50), z.maximum(300_000))),
});

/** A literal of a parameter mapping, `'text'`. */
const Literal = z.string().check(z.regex(/^'[^']*'$/, 'only a literal in single quotes is run here'));

const MockResponse = z.strictObject({
  StatusCode: z.string().check(z.regex(/^[2-5]\d\d$/)),
  SelectionPattern: z.optional(z.string()),
  ResponseParameters: z.optional(z.record(z.string().check(z.startsWith('method.response.header.')), Literal)),
  ResponseTemplates: z.optional(
    z.strictObject({
      'application/json': z.string().check(
        z.refine((template) => corsOrigins(template) !== undefined || !/[#$]/.test(template), {
          error: 'only plain text, or what CDK writes for several origins, is run here',
        }),
      ),
    }),
  ),
});

const Mock = z.strictObject({
  Type: z.literal('MOCK'),
  RequestTemplates: z.strictObject({
    'application/json': z
      .string()
      .check(
        z.refine((template) => mockStatus(template) !== undefined, { error: 'only {"statusCode": N} is run here' }),
      ),
  }),
  IntegrationResponses: z.array(MockResponse).check(z.minLength(1)),
});

/** A method of an API, answered by a function or by itself. */
export const apiGatewayMethod = resourceType({
  type: 'AWS::ApiGateway::Method',
  properties: z.strictObject({
    RestApiId: z.string(),
    ResourceId: z.string(),
    HttpMethod: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'ANY']),
    AuthorizationType: z.optional(z.enum(['NONE', 'AWS_IAM'])),
    ApiKeyRequired: z.optional(z.boolean()),
    RequestParameters: z.optional(
      z.record(z.string().check(z.regex(/^method\.request\.(header|path|querystring)\../)), z.boolean()),
    ),
    RequestValidatorId: z.optional(z.string()),
    Integration: z.discriminatedUnion('Type', [LambdaProxy, Mock]),
  }),
  withoutEffect: [
    'MethodResponses',
    'OperationName',
    'RequestModels',
    'Integration.CacheKeyParameters',
    'Integration.CacheNamespace',
    'Integration.Credentials',
    'Integration.PassthroughBehavior',
  ],
  create: async ({ logicalId, properties }, context) => {
    const { RestApiId, ResourceId, HttpMethod, RequestParameters = {}, Integration } = properties;
    const resource = restApi(RestApiId, context).resources.get(ResourceId);
    if (!resource) throw new StartError(`ResourceId: ${ResourceId} is no resource of the API`);
    resource.methods.set(HttpMethod, {
      httpMethod: HttpMethod,
      authorization: properties.AuthorizationType ?? 'NONE',
      apiKeyRequired: properties.ApiKeyRequired ?? false,
      requiredParameters: Object.keys(RequestParameters).filter((parameter) => RequestParameters[parameter]),
      requestValidatorId: properties.RequestValidatorId,
      integration: Integration.Type === 'MOCK' ? mock(Integration) : lambdaProxy(Integration),
    });
    return { ref: context.physicalName(logicalId) };
  },
});

/** `arn:aws:apigateway:<region>:lambda:path/2015-03-31/functions/<function ARN>/invocations` */
const FUNCTION_URI = /:lambda:path\/[^/]+\/functions\/(.+)\/invocations$/;
const DEFAULT_TIMEOUT_MS = 29_000;

const lambdaProxy = ({ Uri, TimeoutInMillis }: z.infer<typeof LambdaProxy>): LambdaProxyIntegration => {
  const functionArn = FUNCTION_URI.exec(Uri)?.[1];
  if (!functionArn) throw new StartError(`Integration.Uri: ${Uri} is no invocation of a function`);
  return { type: 'AWS_PROXY', functionArn, timeoutMs: TimeoutInMillis ?? DEFAULT_TIMEOUT_MS };
};

/** The response whose pattern the mock's own status matches, else the one without a pattern. */
const mock = ({ RequestTemplates, IntegrationResponses }: z.infer<typeof Mock>): MockIntegration => {
  const own = mockStatus(RequestTemplates['application/json']) ?? '200';
  const response =
    IntegrationResponses.find(
      ({ SelectionPattern }) => SelectionPattern && new RegExp(`^(?:${SelectionPattern})$`).test(own),
    ) ?? IntegrationResponses.find(({ SelectionPattern }) => !SelectionPattern);
  if (!response) throw new StartError(`Integration.IntegrationResponses: none is for status ${own}`);
  const template = response.ResponseTemplates?.['application/json'] ?? '';
  const origins = corsOrigins(template);
  return {
    type: 'MOCK',
    status: Number(response.StatusCode),
    headers: Object.fromEntries(
      Object.entries(response.ResponseParameters ?? {}).map(([parameter, literal]) => [
        parameter.slice('method.response.header.'.length),
        literal.slice(1, -1),
      ]),
    ),
    body: origins ? '' : template,
    corsOrigins: origins,
  };
};
