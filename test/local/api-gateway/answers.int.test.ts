import { describe, expect, it } from '@jest/globals';
import { TooManyRequests } from '../../../local/lambda/local-function.ts';
import { apiResources, lambdaProxy, Outcome, startApi } from './start-api.ts';

const answer = async (response: Response) => [
  response.status,
  await response.text(),
  response.headers.get('x-amzn-errortype'),
];

const badResponse = [502, '{"message": "Internal server error"}', 'InternalServerErrorException'];

describe('an API', () => {
  it('answers with what the function says', async () => {
    const api = await startApi(apiResources({ 'POST /order': {} }), () => ({
      statusCode: 202,
      headers: { 'X-One': 'a' },
      multiValueHeaders: { 'Set-Cookie': ['a=1', 'b=2'] },
      body: '{"name":"Zoë"}',
    }));

    const response = await fetch(`${api.url}/order`, { method: 'POST' });

    expect([response.status, await response.text()]).toEqual([202, '{"name":"Zoë"}']);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(response.headers.get('x-one')).toBe('a');
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(response.headers.get('x-amzn-requestid')).toBe(api.events[0]?.requestContext.requestId);
    expect(response.headers.get('x-amzn-trace-id')).toBe(api.events[0]?.headers['X-Amzn-Trace-Id']);
  });

  it.each([
    ['GET', '/nowhere'],
    ['GET', '/order/7'],
    ['DELETE', '/order'],
    ['HEAD', '/order'],
    ['OPTIONS', '/order'],
    ['GET', '/'],
  ])('answers %s %s, which it has not, by 403 Missing Authentication Token', async (method, path) => {
    const api = await startApi(apiResources({ 'GET /order': {} }));
    const response = await fetch(`${api.url}${path}`, { method });
    const body = method === 'HEAD' ? '' : '{"message":"Missing Authentication Token"}';
    expect(await answer(response)).toEqual([403, body, 'MissingAuthenticationTokenException']);
  });

  it.each(['/test/order', '/', '/PROD/order'])(
    'answers %s, which is no stage of it, by 403 Forbidden',
    async (path) => {
      const api = await startApi(apiResources({ 'GET /order': {} }));
      expect(await answer(await fetch(new URL(path, api.url)))).toEqual([
        403,
        '{"message":"Forbidden"}',
        'ForbiddenException',
      ]);
    },
  );

  it('answers any method by ANY, unless it has one of that name', async () => {
    const own = { Integration: { ...lambdaProxy, TimeoutInMillis: 50 } };
    const api = await startApi(apiResources({ 'ANY /order': {}, 'GET /order': own }), async (event) => {
      if (event.httpMethod === 'GET') await new Promise((resolve) => setTimeout(resolve, 200));
      return {};
    });
    const statuses = ['PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'GET'].map(
      async (method) => (await fetch(`${api.url}/order`, { method })).status,
    );
    expect(await Promise.all(statuses)).toEqual([200, 200, 200, 200, 200, 504]);
  });

  it('answers HEAD without a body', async () => {
    const api = await startApi(apiResources({ 'HEAD /order': {} }), () => ({ body: 'text' }));
    const response = await fetch(`${api.url}/order`, { method: 'HEAD' });
    expect([response.headers.get('content-length'), await response.text()]).toEqual(['4', '']);
  });

  it.each([
    ['returns another key', () => ({ statusCode: 200, foo: 1 })],
    ['returns nothing', () => undefined],
    [
      'fails',
      () => {
        throw new Outcome({ payload: '{"errorType":"Error","errorMessage":"no"}', functionError: 'Unhandled' });
      },
    ],
    [
      'fails although its error would pass for a response',
      () => {
        throw new Outcome({ payload: '{"statusCode":200}', functionError: 'Unhandled' });
      },
    ],
    [
      'cannot be called at all',
      () => {
        throw new Error('gone');
      },
    ],
    ['answers a header that HTTP cannot carry', () => ({ headers: { a: 'b\r\nc: d' } })],
    ['answers a header name that HTTP cannot carry', () => ({ headers: { 'a b': 'c' } })],
  ])('answers 502 when the function %s, and goes on', async (_name, handler) => {
    const api = await startApi(apiResources({ 'GET /order': {} }), handler);
    expect(await answer(await fetch(`${api.url}/order`))).toEqual(badResponse);
    expect(await answer(await fetch(`${api.url}/order`))).toEqual(badResponse);
  });

  it('answers 500 when the function’s concurrency is used up', async () => {
    const api = await startApi(apiResources({ 'GET /order': {} }), () => {
      throw new TooManyRequests();
    });
    expect(await answer(await fetch(`${api.url}/order`))).toEqual([
      500,
      '{"message":"Internal server error"}',
      'InternalServerErrorException',
    ]);
  });

  it('answers 504 when the integration takes longer than it may', async () => {
    const Integration = { ...lambdaProxy, TimeoutInMillis: 50 };
    const api = await startApi(apiResources({ 'GET /order': { Integration } }), () => {
      throw new Outcome(new Promise((resolve) => setTimeout(resolve, 100, { payload: '{}' })));
    });
    expect(await answer(await fetch(`${api.url}/order`))).toEqual([
      504,
      '{"message":"Endpoint request timed out"}',
      'InternalServerErrorException',
    ]);
  });

  it('names the required parameters that a request lacks: headers, path, query', async () => {
    const resources = apiResources({
      'GET /order/{id}': {
        RequestParameters: {
          'method.request.querystring.q': true,
          'method.request.header.h': true,
          'method.request.querystring.blank': true,
          'method.request.querystring.optional': false,
          'method.request.path.id': true,
        },
        RequestValidatorId: { Ref: 'Validator' },
      },
    });
    const Validator = {
      Type: 'AWS::ApiGateway::RequestValidator',
      Properties: { RestApiId: { Ref: 'Api' }, ValidateRequestParameters: true },
    };
    const api = await startApi({ ...resources, Validator });

    expect(await answer(await fetch(`${api.url}/order/7?blank=`))).toEqual([
      400,
      '{"message":"Missing required request parameters: [h, q, blank]"}',
      'BadRequestException',
    ]);
    const complete = await fetch(`${api.url}/order/7?q=1&blank=x`, { headers: { H: 'x' } });
    expect(complete.status).toBe(200);
  });
});
