import { connect } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { apiResources, type StartedApi, startApi } from './start-api.ts';

const anyPath = apiResources({ 'ANY /': {}, 'ANY /order': {}, 'ANY /tasks/{id}': {}, 'ANY /files/{proxy+}': {} });

/** Sends the text as it is, since clients tidy up what they send; resolves with all that comes back. */
const send = (api: StartedApi, ...lines: string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(api.port, '127.0.0.1', () => socket.write(`${lines.join('\r\n')}\r\n\r\n`));
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('end', () => resolve(answer));
    socket.on('error', reject);
  });

const eventOf = async (api: StartedApi, ...lines: string[]) => {
  await send(api, ...lines, 'Host: example.test', 'Connection: close');
  const event = api.events.at(-1);
  if (!event) throw new Error('no event reached the function');
  return event;
};

describe('the event of a Lambda proxy integration', () => {
  it('holds exactly what AWS puts into it', async () => {
    const api = await startApi(anyPath);

    const event = await eventOf(api, 'GET /prod/order HTTP/1.1', 'User-Agent: probe/1');

    expect(event).toEqual({
      resource: '/order',
      path: '/order',
      httpMethod: 'GET',
      headers: {
        Host: 'example.test',
        'User-Agent': 'probe/1',
        'X-Amzn-Trace-Id': expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/),
        'X-Forwarded-For': '127.0.0.1',
        'X-Forwarded-Port': String(api.port),
        'X-Forwarded-Proto': 'http',
      },
      multiValueHeaders: {
        Host: ['example.test'],
        'User-Agent': ['probe/1'],
        'X-Amzn-Trace-Id': [expect.any(String)],
        'X-Forwarded-For': ['127.0.0.1'],
        'X-Forwarded-Port': [String(api.port)],
        'X-Forwarded-Proto': ['http'],
      },
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      pathParameters: null,
      stageVariables: null,
      requestContext: {
        resourceId: expect.stringMatching(/^[a-z0-9]{10}$/),
        resourcePath: '/order',
        httpMethod: 'GET',
        extendedRequestId: expect.stringMatching(/^[A-Za-z0-9+/]{15}=$/),
        requestTime: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
        path: '/prod/order',
        accountId: '000000000000',
        protocol: 'HTTP/1.1',
        stage: 'prod',
        domainPrefix: expect.stringMatching(/^[a-z0-9]{10}$/),
        requestTimeEpoch: expect.any(Number),
        requestId: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
        identity: {
          cognitoIdentityPoolId: null,
          accountId: null,
          cognitoIdentityId: null,
          caller: null,
          sourceIp: '127.0.0.1',
          principalOrgId: null,
          accessKey: null,
          cognitoAuthenticationType: null,
          cognitoAuthenticationProvider: null,
          userArn: null,
          userAgent: 'probe/1',
          user: null,
        },
        domainName: expect.stringMatching(/^[a-z0-9]{10}\.execute-api\.us-east-1\.amazonaws\.com$/),
        deploymentId: expect.stringMatching(/^[a-z0-9]{10}$/),
        apiId: [...api.context.restApis.keys()][0],
      },
      body: null,
      isBase64Encoded: false,
    });
  });

  it('tells the time in one instant, as text and as milliseconds', async () => {
    const api = await startApi(anyPath, undefined, {
      clock: { now: () => Date.UTC(2015, 3, 9, 12, 34, 56, 789), sleep: async () => {} },
    });
    const { requestContext } = await eventOf(api, 'GET /prod/order HTTP/1.1');
    expect(requestContext).toMatchObject({
      requestTime: '09/Apr/2015:12:34:56 +0000',
      requestTimeEpoch: 1428582896789,
    });
  });

  it('keeps the client’s spelling of headers and all values of a repeated one, the last where there is room for one', async () => {
    const api = await startApi(anyPath);

    const event = await eventOf(
      api,
      'GET /prod/order HTTP/1.1',
      'x-OWN: 1',
      'x-OWN: 2',
      'authorization: secret',
      'user-agent: probe',
      '__proto__: p',
      'X-Forwarded-For: 10.0.0.1',
      'X-Forwarded-Proto: gopher',
      'X-Amzn-Trace-Id: Root=1-mine',
      'Content-Length: 0',
      'TE: trailers',
    );

    expect(event.headers).toEqual(
      JSON.parse(`{"x-OWN":"2","Authorization":"secret","User-Agent":"probe","__proto__":"p",
      "X-Amzn-Trace-Id":"Root=1-mine","Host":"example.test","X-Forwarded-For":"10.0.0.1, 127.0.0.1",
      "X-Forwarded-Port":"${api.port}","X-Forwarded-Proto":"http"}`),
    );
    expect(event.multiValueHeaders['x-OWN']).toEqual(['1', '2']);
  });

  it.each([
    ['a=1&a=2&b=3', { a: '2', b: '3' }, { a: ['1', '2'], b: ['3'] }],
    ['a=x+y&b=x%2By&c=%C3%A9', { a: 'x y', b: 'x+y', c: 'é' }, { a: ['x y'], b: ['x+y'], c: ['é'] }],
    ['a&b=&c=d=e', { a: '', b: '', c: 'd=e' }, { a: [''], b: [''], c: ['d=e'] }],
    ['%61+=1&&', { 'a ': '1' }, { 'a ': ['1'] }],
    ['a=%ZZ&b=100%', { a: '%ZZ', b: '100%' }, { a: ['%ZZ'], b: ['100%'] }],
    ['a=%FF', { a: '\uFFFD' }, { a: ['\uFFFD'] }],
    ['?=1', { '?': '1' }, { '?': ['1'] }],
    ['', null, null],
    ['&', null, null],
  ])('decodes the query %s', async (query, single, multi) => {
    const api = await startApi(anyPath);
    const event = await eventOf(api, `GET /prod/order?${query} HTTP/1.1`);
    expect(event.queryStringParameters).toEqual(single);
    expect(event.multiValueQueryStringParameters).toEqual(multi);
  });

  it('takes a parameter called __proto__ like any other', async () => {
    const api = await startApi(anyPath);
    const event = await eventOf(api, 'GET /prod/order?__proto__=x HTTP/1.1');
    expect(Object.entries(event.queryStringParameters ?? {})).toEqual([['__proto__', 'x']]);
  });

  it.each([
    ['/prod/order', '/order', '/prod/order', null],
    ['/prod/order/', '/order/', '/prod/order/', null],
    ['/prod//order', '/order', '/prod/order', null],
    ['/prod', '/', '/prod/', null],
    ['/prod/', '/', '/prod/', null],
    ['/prod/tasks/a%2Fb', '/tasks/a%2Fb', '/prod/tasks/a%2Fb', { id: 'a%2Fb' }],
    ['/prod/files/a%2Bb//c+d/', '/files/a%2Bb//c+d/', '/prod/files/a%2Bb//c+d/', { proxy: 'a%2Bb//c+d' }],
    ['http://example.test/prod/order', '/order', '/prod/order', null],
  ])('has for %s the path %s, with the stage %s, and %j', async (target, path, contextPath, pathParameters) => {
    const api = await startApi(anyPath);
    const event = await eventOf(api, `GET ${target} HTTP/1.1`);
    expect([event.path, event.requestContext.path, event.pathParameters]).toEqual([path, contextPath, pathParameters]);
  });

  it('holds the variables of the stage', async () => {
    const api = await startApi(apiResources({ 'GET /order': {} }, { stage: { Variables: { table: 'orders' } } }));
    expect((await eventOf(api, 'GET /prod/order HTTP/1.1')).stageVariables).toEqual({ table: 'orders' });
  });
});

describe('the body of a Lambda proxy event', () => {
  const post = async (body: string | Uint8Array<ArrayBuffer>, contentType: string, binaryMediaTypes: string[] = []) => {
    const api = await startApi(apiResources({ 'POST /order': {} }, { api: { BinaryMediaTypes: binaryMediaTypes } }));
    await fetch(`${api.url}/order`, { method: 'POST', body, headers: { 'Content-Type': contentType } });
    return api.events[0];
  };

  it('is text as it was sent', async () => {
    const body = ' {"name":"Zoë ☕","__proto__":1}\n';
    expect(await post(body, 'application/json')).toMatchObject({ body, isBase64Encoded: false });
  });

  it('has the replacement character for bytes that are no UTF-8, as on AWS', async () => {
    expect(await post(new Uint8Array([0x22, 0xff, 0x22]), 'application/json')).toMatchObject({ body: '"\uFFFD"' });
  });

  it.each([
    ['image/png', ['image/png']],
    ['IMAGE/PNG; a=b', ['image/*']],
    ['text/plain', ['*/*']],
  ])('is base64 for %s when %j are binary', async (contentType, binaryMediaTypes) => {
    expect(await post(new Uint8Array([0, 255]), contentType, binaryMediaTypes)).toMatchObject({
      body: 'AP8=',
      isBase64Encoded: true,
    });
  });

  it('may come in chunks', async () => {
    const chunks = new ReadableStream({
      start: (controller) => {
        controller.enqueue(new TextEncoder().encode('{"a":'));
        controller.enqueue(new TextEncoder().encode('1}'));
        controller.close();
      },
    });
    const api = await startApi(apiResources({ 'POST /order': {} }));
    await fetch(`${api.url}/order`, { method: 'POST', body: chunks, duplex: 'half' });
    expect(api.events[0]).toMatchObject({ body: '{"a":1}' });
    expect(api.events[0]?.headers).not.toHaveProperty('transfer-encoding');
  });
});
