import type { Answer } from './answer.ts';
import type { ApiRequest } from './api-request.ts';
import { extendedRequestId } from './request-ids.ts';
import type { GatewayResponse, RestApi } from './rest-api.ts';

/** An error that the API answers by itself. */
export interface GatewayError {
  /** Which gateway response dresses it up. */
  readonly responseType: string;
  readonly status: number;
  /** The `x-amzn-ErrorType` header. */
  readonly errorType: string;
  readonly message: string;
  /** Where AWS's own body differs from `{"message":"…"}`. */
  readonly body?: string;
}

const gatewayError = (responseType: string, status: number, errorType: string, message: string): GatewayError => ({
  responseType,
  status,
  errorType,
  message,
});

/** Texts and types as AWS answers them. */
export const gatewayErrors = {
  unknownStage: gatewayError('ACCESS_DENIED', 403, 'ForbiddenException', 'Forbidden'),
  unknownRoute: gatewayError(
    'MISSING_AUTHENTICATION_TOKEN',
    403,
    'MissingAuthenticationTokenException',
    'Missing Authentication Token',
  ),
  invalidApiKey: gatewayError('INVALID_API_KEY', 403, 'ForbiddenException', 'Forbidden'),
  throttled: gatewayError('THROTTLED', 429, 'TooManyRequestsException', 'Too Many Requests'),
  quotaExceeded: gatewayError('QUOTA_EXCEEDED', 429, 'LimitExceededException', 'Limit Exceeded'),
  requestTooLong: gatewayError('REQUEST_TOO_LARGE', 413, 'RequestTooLargeException', 'Request Too Long'),
  headersTooLong: gatewayError(
    'REQUEST_TOO_LARGE',
    431,
    'RequestHeaderFieldsTooLargeException',
    'HTTP header is larger than 10240 bytes',
  ),
  badResponse: {
    ...gatewayError('DEFAULT_5XX', 502, 'InternalServerErrorException', 'Internal server error'),
    body: '{"message": "Internal server error"}',
  },
  notInvoked: gatewayError('API_CONFIGURATION_ERROR', 500, 'InternalServerErrorException', 'Internal server error'),
  timedOut: gatewayError('INTEGRATION_TIMEOUT', 504, 'InternalServerErrorException', 'Endpoint request timed out'),
} satisfies Record<string, GatewayError>;

/** `Missing required request parameters: [accountid]`. */
export const missingParameters = (names: readonly string[]): GatewayError =>
  gatewayError(
    'BAD_REQUEST_PARAMETERS',
    400,
    'BadRequestException',
    `Missing required request parameters: [${names.join(', ')}]`,
  );

/** A request that its signature doesn't vouch for. */
export const badSignature = (errorType: string, message: string): GatewayError =>
  gatewayError(
    errorType === 'MissingAuthenticationTokenException' ? 'MISSING_AUTHENTICATION_TOKEN' : 'INVALID_SIGNATURE',
    403,
    errorType,
    message,
  );

/**
 * The error as the API's gateway responses dress it up: the one of its type, else that of its class, else AWS's own.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
 */
export const answerError = (error: GatewayError, api: RestApi, request: ApiRequest): Answer => {
  const response =
    api.gatewayResponses.get(error.responseType) ??
    api.gatewayResponses.get(error.status < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX');
  const [contentType, template] = chooseTemplate(response, request);
  const headers = [
    'Content-Type',
    contentType,
    'x-amzn-RequestId',
    request.requestId,
    'x-amzn-ErrorType',
    error.errorType,
    'x-amz-apigw-id',
    extendedRequestId(request.requestId),
  ];
  for (const [name, value] of Object.entries(response?.headers ?? {})) {
    const evaluated = evaluateParameter(value, error, request);
    if (evaluated !== undefined) headers.push(name, evaluated);
  }
  const body =
    template === undefined
      ? (error.body ?? `{"message":${JSON.stringify(error.message)}}`)
      : template.replaceAll(CONTEXT_VARIABLE, (variable) => contextValue(variable.slice(1), error, request) ?? '');
  return { status: response?.status ?? error.status, headers, body };
};

const chooseTemplate = (
  response: GatewayResponse | undefined,
  request: ApiRequest,
): readonly [contentType: string, template: string | undefined] => {
  const templates = Object.entries(response?.templates ?? {});
  const accept = request.headers.accept ?? '';
  return (
    templates.find(([contentType]) => accept.includes(contentType)) ??
    templates.find(([contentType]) => contentType === JSON_TYPE) ??
    templates[0] ?? [JSON_TYPE, undefined]
  );
};

const JSON_TYPE = 'application/json';
const CONTEXT_VARIABLE = /\$context(?:\.[A-Za-z]+)+/g;

const contextValue = (name: string, error: GatewayError, request: ApiRequest): string | undefined => {
  switch (name) {
    case 'context.error.message':
      return error.message;
    case 'context.error.messageString':
      return JSON.stringify(error.message);
    case 'context.error.responseType':
      return error.responseType;
    case 'context.requestId':
      return request.requestId;
    case 'context.extendedRequestId':
      return extendedRequestId(request.requestId);
    case 'context.httpMethod':
      return request.httpMethod;
    case 'context.stage':
      return request.stageName;
    case 'context.identity.sourceIp':
      return request.sourceIp;
    default:
      return undefined;
  }
};

const REQUEST_HEADER = 'method.request.header.';

const evaluateParameter = (value: string, error: GatewayError, request: ApiRequest): string | undefined => {
  if (value.startsWith("'")) return value.slice(1, -1);
  if (value.startsWith(REQUEST_HEADER)) {
    return request.headers[value.slice(REQUEST_HEADER.length).toLowerCase()]?.toString();
  }
  return contextValue(value, error, request);
};

const anyError = gatewayErrors.badResponse;
const anyRequest = { requestId: '', httpMethod: '', stageName: '', sourceIp: '' } as ApiRequest;

/** Whether a gateway response's parameter can be evaluated here. */
export const isEvaluableParameter = (value: string): boolean =>
  (value.startsWith("'") && value.endsWith("'") && value.length > 1) ||
  value.startsWith(REQUEST_HEADER) ||
  contextValue(value, anyError, anyRequest) !== undefined;

/** Whether a gateway response's template holds nothing but text and variables that are known here. */
export const isEvaluableTemplate = (template: string): boolean => {
  const variables = template.match(CONTEXT_VARIABLE) ?? [];
  return (
    variables.every((variable) => contextValue(variable.slice(1), anyError, anyRequest) !== undefined) &&
    !template.replaceAll(CONTEXT_VARIABLE, '').includes('$') &&
    !template.includes('#')
  );
};
