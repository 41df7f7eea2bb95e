import type { LocalContext } from '../context.ts';
import { RequestTooLarge, TooManyRequests } from '../lambda/local-function.ts';
import { admit } from './access.ts';
import type { Answer } from './answer.ts';
import type { ApiRequest } from './api-request.ts';
import type { ApiHandler } from './api-server.ts';
import { type Endpoint, stageRouters } from './endpoints.ts';
import { answerError, type GatewayError, gatewayErrors, missingParameters } from './gateway-error.ts';
import { answerMock } from './mock-integration.ts';
import { type Caller, proxyEvent, queryValues } from './proxy-event.ts';
import { proxyResponse } from './proxy-response.ts';
import { segmentTrace } from './request-ids.ts';
import type { RestApi } from './rest-api.ts';

/**
 * Answers requests to the API: route, authorization, API key, throttles, required parameters, integration, in this
 * order. Never rejects for anything a client or a function does.
 */
export const apiHandler = (api: RestApi, context: LocalContext): ApiHandler => {
  const routers = stageRouters(api, context);
  const answer = async (request: ApiRequest) => {
    const refuse = (error: GatewayError) => answerError(error, api, request);
    const router = routers.get(request.stageName);
    if (!router) return refuse(gatewayErrors.unknownStage);
    if (headerBytes(request) > MAX_HEADER_BYTES) return refuse(gatewayErrors.headersTooLong);
    const match = router.find(request.path);
    const endpoint = match?.target.get(request.httpMethod) ?? match?.target.get('ANY');
    if (!match || !endpoint) return refuse(gatewayErrors.unknownRoute);
    const access = admit(request, endpoint, context);
    if ('error' in access) return refuse(access.error);
    const missing = findMissing(endpoint.requiredParameters, request, match.pathParameters);
    if (missing.length > 0) return refuse(missingParameters(missing));
    const { integration } = endpoint.method;
    if (integration.type === 'MOCK') return answerMock(integration, request);
    const outcome = await invoke(request, endpoint, match.pathParameters, access.caller, integration.timeoutMs);
    return 'responseType' in outcome ? refuse(outcome) : outcome;
  };
  return {
    answer,
    answerTooLong: (request) => answerError(gatewayErrors.requestTooLong, api, request),
    answerBroken: (request) => answerError(gatewayErrors.badResponse, api, request),
  };
};

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html */
const MAX_HEADER_BYTES = 10_240;

const headerBytes = ({ url, rawHeaders }: ApiRequest): number => {
  let bytes = url.length;
  for (const text of rawHeaders) bytes += text.length;
  return bytes;
};

const invoke = async (
  request: ApiRequest,
  endpoint: Endpoint,
  pathParameters: Readonly<Record<string, string>> | null,
  caller: Caller,
  timeoutMs: number,
): Promise<Answer | GatewayError> => {
  const event = proxyEvent(request, endpoint, pathParameters, caller);
  try {
    const result = await withTimeout(
      endpoint.localFunction?.invoke(event, { traceId: segmentTrace(request), source: 'api' }),
      timeoutMs,
    );
    if (result === TIMED_OUT) return gatewayErrors.timedOut;
    if (!result || result.functionError) return gatewayErrors.badResponse;
    return proxyResponse(result.payload, request, endpoint.api.binaryMediaTypes) ?? gatewayErrors.badResponse;
  } catch (error) {
    if (error instanceof RequestTooLarge) return gatewayErrors.requestTooLong;
    if (error instanceof TooManyRequests) return gatewayErrors.notInvoked;
    return gatewayErrors.badResponse;
  }
};

const TIMED_OUT = Symbol('timed out');

/** Waits no longer; what it waited for goes on, as a function does on AWS. */
const withTimeout = <Result>(
  result: Promise<Result> | undefined,
  ms: number,
): Promise<Result | typeof TIMED_OUT | undefined> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms, TIMED_OUT);
    Promise.resolve(result)
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });

/** In AWS's order: headers, path, query string. A blank one counts as missing. */
const findMissing = (
  required: readonly string[],
  request: ApiRequest,
  pathParameters: Readonly<Record<string, string>> | null,
): readonly string[] => {
  if (required.length === 0) return required;
  const query = queryValues(request.query);
  const has = {
    header: (name: string) => Boolean(request.headers[name.toLowerCase()]),
    path: (name: string) => Boolean(pathParameters?.[name]),
    querystring: (name: string) => Boolean(query[name]),
  };
  return Object.entries(has).flatMap(([location, isThere]) =>
    required
      .filter((parameter) => parameter.startsWith(`method.request.${location}.`))
      .map((parameter) => parameter.slice(`method.request.${location}.`.length))
      .filter((name) => !isThere(name)),
  );
};
