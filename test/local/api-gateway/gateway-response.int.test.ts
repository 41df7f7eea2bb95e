import { describe, expect, it } from '@jest/globals';
import { apiResources, startApi } from './start-api.ts';

describe('a gateway response', () => {
  const gatewayResponse = (ResponseType: string, properties: object) => ({
    Type: 'AWS::ApiGateway::GatewayResponse',
    Properties: { RestApiId: { Ref: 'Api' }, ResponseType, ...properties },
  });

  it('adds its headers to every error of its class', async () => {
    const allow = { ResponseParameters: { 'gatewayresponse.header.Access-Control-Allow-Origin': "'*'" } };
    const api = await startApi(
      {
        ...apiResources({ 'GET /order': {} }),
        Four: gatewayResponse('DEFAULT_4XX', allow),
        Five: gatewayResponse('DEFAULT_5XX', allow),
      },
      () => 'no response',
    );
    for (const path of ['/order', '/nowhere']) {
      const response = await fetch(`${api.url}${path}`);
      expect(response.headers.get('access-control-allow-origin')).toBe('*');
      expect(response.headers.get('content-type')).toBe('application/json');
    }
  });

  it('of the error’s own type comes before that of its class, and may change status and body', async () => {
    const api = await startApi({
      ...apiResources({ 'GET /order': {} }),
      Four: gatewayResponse('DEFAULT_4XX', { StatusCode: '400' }),
      Own: gatewayResponse('MISSING_AUTHENTICATION_TOKEN', {
        StatusCode: '404',
        ResponseParameters: { 'gatewayresponse.header.X-Origin': 'method.request.header.Origin' },
        ResponseTemplates: {
          'application/problem+json':
            '{"title":$context.error.messageString,"type":"$context.error.responseType","id":"$context.requestId"}',
        },
      }),
    });

    const response = await fetch(`${api.url}/nowhere`, { headers: { Origin: 'https://a.example' } });

    expect([response.status, response.headers.get('content-type'), response.headers.get('x-origin')]).toEqual([
      404,
      'application/problem+json',
      'https://a.example',
    ]);
    expect(await response.json()).toEqual({
      title: 'Missing Authentication Token',
      type: 'MISSING_AUTHENTICATION_TOKEN',
      id: response.headers.get('x-amzn-requestid'),
    });
  });
});

describe('a preflight', () => {
  const preflight = (responseParameters: object, responseTemplates?: object) =>
    apiResources({
      'OPTIONS /order': {
        Integration: {
          Type: 'MOCK',
          RequestTemplates: { 'application/json': '{ statusCode: 200 }' },
          IntegrationResponses: [
            { StatusCode: '204', ResponseParameters: responseParameters, ResponseTemplates: responseTemplates },
          ],
        },
      },
    });

  it('is answered by 204, the three headers and no body', async () => {
    const api = await startApi(
      preflight({
        'method.response.header.Access-Control-Allow-Headers': "'Content-Type,X-Api-Key'",
        'method.response.header.Access-Control-Allow-Origin': "'*'",
        'method.response.header.Access-Control-Allow-Methods': "'GET,POST'",
      }),
    );

    const response = await fetch(`${api.url}/order`, { method: 'OPTIONS' });

    expect([response.status, await response.text()]).toEqual([204, '']);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'access-control-allow-headers': 'Content-Type,X-Api-Key',
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'GET,POST',
    });
    expect(api.events).toHaveLength(0);
  });

  it('allows each of several origins by its own name, and no other', async () => {
    const template = [
      '#set($origin = $input.params().header.get("Origin"))',
      '#if($origin == "")',
      '  #set($origin = $input.params().header.get("origin"))',
      '#end',
      '#if($origin == "https://b.example" || $origin == "https://c.example")',
      '  #set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)',
      '#end',
    ].join('\n');
    const api = await startApi(
      preflight(
        { 'method.response.header.Access-Control-Allow-Origin': "'https://a.example'" },
        { 'application/json': template },
      ),
    );
    const allowed = async (Origin: string) => {
      const response = await fetch(`${api.url}/order`, { method: 'OPTIONS', headers: { Origin } });
      return response.headers.get('access-control-allow-origin');
    };

    expect(await allowed('https://b.example')).toBe('https://b.example');
    expect(await allowed('https://c.example')).toBe('https://c.example');
    expect(await allowed('https://evil.example')).toBe('https://a.example');
  });
});
