import type { Answer } from './answer.ts';
import type { ApiRequest } from './api-request.ts';
import { requestHeaders } from './request-ids.ts';
import type { MockIntegration } from './rest-api.ts';

/** Further origins that a preflight allows besides the one in its header. */
export type CorsOrigins = readonly string[];

/** The preflight's answer, or whatever else the integration always says. */
export const answerMock = (integration: MockIntegration, request: ApiRequest): Answer => {
  const headers = ['Content-Type', 'application/json'];
  const { origin } = request.headers;
  for (const [name, value] of Object.entries(integration.headers)) {
    const overridden =
      name.toLowerCase() === ALLOW_ORIGIN && origin !== undefined && integration.corsOrigins?.includes(origin);
    headers.push(name, overridden ? origin : value);
  }
  headers.push(...requestHeaders(request));
  return { status: integration.status, headers, body: integration.body };
};

const ALLOW_ORIGIN = 'access-control-allow-origin';

/**
 * The status in a request template: `{"statusCode": 200}`, or `{ statusCode: 200 }`, which CDK writes and AWS takes.
 */
export const mockStatus = (requestTemplate: string): string | undefined =>
  /^\s*\{\s*"?statusCode"?\s*:\s*"?(\d{3})"?\s*\}\s*$/.exec(requestTemplate)?.[1];

/**
 * The origins that a response template allows further, where it is the one that CDK writes for several
 * `allowOrigins`; `undefined` where it is anything else.
 */
export const corsOrigins = (responseTemplate: string): CorsOrigins | undefined => {
  const condition = CDK_ORIGINS.exec(responseTemplate)?.[1];
  return condition?.split(' || ').map((comparison) => comparison.slice('$origin == "'.length, -1));
};

const CDK_ORIGINS = new RegExp(
  [
    String.raw`^#set\(\$origin = \$input\.params\(\)\.header\.get\("Origin"\)\)`,
    String.raw`#if\(\$origin == ""\)`,
    String.raw`  #set\(\$origin = \$input\.params\(\)\.header\.get\("origin"\)\)`,
    '#end',
    String.raw`#if\(((?:\$origin == "[^"]*"(?: \|\| )?)+)\)`,
    String.raw`  #set\(\$context\.responseOverride\.header\.Access-Control-Allow-Origin = \$origin\)`,
    '#end$',
  ].join('\n'),
);
