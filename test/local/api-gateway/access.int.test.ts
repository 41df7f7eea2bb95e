import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { Clock } from '../../../local/clock.ts';
import type { Credentials } from '../../../local/engines/engine.ts';
import { apiResources, type StartedApi, startApi } from './start-api.ts';

const ref = (logicalId: string) => ({ Ref: logicalId });

const key = (properties: object = {}) => ({
  Type: 'AWS::ApiGateway::ApiKey',
  Properties: { Enabled: true, ...properties },
});
const plan = (properties: object = {}) => ({
  Type: 'AWS::ApiGateway::UsagePlan',
  Properties: { ApiStages: [{ ApiId: ref('Api'), Stage: ref('Stage'), Throttle: {} }], ...properties },
});
const planKey = (keyName: string) => ({
  Type: 'AWS::ApiGateway::UsagePlanKey',
  Properties: { KeyId: ref(keyName), KeyType: 'API_KEY', UsagePlanId: ref('Plan') },
});
const orders = apiResources({ 'POST /order': { ApiKeyRequired: true }, 'GET /open': {} });
const withKey = { ...orders, Key: key(), Plan: plan(), PlanKey: planKey('Key') };

const post = (api: StartedApi, apiKey?: string) =>
  fetch(`${api.url}/order`, { method: 'POST', headers: apiKey === undefined ? {} : { 'X-Api-Key': apiKey } });

const refusal = async (response: Response) => [
  response.status,
  await response.text(),
  response.headers.get('x-amzn-errortype'),
];

const onlyKey = (api: StartedApi): string => [...api.context.apiKeys.values()][0] ?? '';

/** A clock that stands still until it is told. */
const handClock = (): Clock & { nowMs: number } => {
  const clock = { nowMs: Date.UTC(2026, 10, 22, 12), now: () => clock.nowMs, sleep: async () => {} };
  return clock;
};

describe('an API key', () => {
  const forbidden = [403, '{"message":"Forbidden"}', 'ForbiddenException'];

  it('lets its bearer in and is told to the function', async () => {
    const api = await startApi(withKey);

    expect((await post(api, onlyKey(api))).status).toBe(200);

    const [[id, value] = []] = api.context.apiKeys;
    expect(api.events[0]?.requestContext.identity).toMatchObject({ apiKey: value, apiKeyId: id });
    expect(value).toHaveLength(40);
  });

  it.each([
    ['no key', undefined],
    ['an empty key', ''],
    ['another key', 'x'.repeat(40)],
  ])('is asked for: %s is answered by 403 and never reaches the function', async (_name, value) => {
    const api = await startApi(withKey);
    expect(await refusal(await post(api, value))).toEqual(forbidden);
    expect(api.events).toHaveLength(0);
  });

  it('is not asked for where the method needs none', async () => {
    const api = await startApi(withKey);
    expect((await fetch(`${api.url}/open`)).status).toBe(200);
  });

  it('has the value that the template gives it', async () => {
    const Value = 'a-value-of-the-template-itself';
    const api = await startApi({ ...withKey, Key: key({ Value }) });
    expect((await post(api, Value)).status).toBe(200);
  });

  it.each([
    ['it is disabled', { Key: key({ Enabled: false, Value: 'v'.repeat(20) }) }],
    ['no usage plan has it', { Key: key({ Value: 'v'.repeat(20) }), PlanKey: { Type: 'Custom::Nothing' } }],
    ['its usage plan has no stage', { Key: key({ Value: 'v'.repeat(20) }), Plan: plan({ ApiStages: [] }) }],
  ])('is of no use while %s', async (_name, changed) => {
    const api = await startApi({ ...withKey, ...changed });
    expect(await refusal(await post(api, 'v'.repeat(20)))).toEqual(forbidden);
  });
});

describe('a throttle', () => {
  const tooMany = [429, '{"message":"Too Many Requests"}', 'TooManyRequestsException'];

  it('of the usage plan holds back each key by itself, until there is room again', async () => {
    const clock = handClock();
    const limited = plan({ Throttle: { RateLimit: 2, BurstLimit: 2 } });
    const keys = { Other: key({ Value: 'o'.repeat(20) }), OtherPlanKey: planKey('Other') };
    const api = await startApi({ ...withKey, ...keys, Plan: limited }, undefined, { clock });
    const value = onlyKey(api) === 'o'.repeat(20) ? [...api.context.apiKeys.values()][1] : onlyKey(api);

    expect([(await post(api, value)).status, (await post(api, value)).status]).toEqual([200, 200]);
    expect(await refusal(await post(api, value))).toEqual(tooMany);
    expect((await post(api, 'o'.repeat(20))).status).toBe(200);
    clock.nowMs += 500;
    expect((await post(api, value)).status).toBe(200);
  });

  it.each([
    ['/~1ordr', 'GET', '/ordr/GET'],
    ['/~1order', 'PUT', '/order/PUT'],
    ['/~1order', '*', '/order/*'],
    ['/*', 'GET', '/*/GET'],
  ])('of the stage stops the start where %s %s is no method', async (ResourcePath, HttpMethod, call) => {
    const MethodSettings = [{ ResourcePath, HttpMethod, ThrottlingRateLimit: 1 }];
    await expect(startApi(apiResources({ 'GET /order': {} }, { stage: { MethodSettings } }))).rejects.toThrow(
      `a throttle is set for ${call}, which is no method of the stage prod`,
    );
  });

  it('of a usage plan stops the start where it is for no method', async () => {
    const ApiStages = [{ ApiId: ref('Api'), Stage: ref('Stage'), Throttle: { '/order/PUT': { RateLimit: 1 } } }];
    await expect(startApi({ ...apiResources({ 'GET /order': {} }), Plan: plan({ ApiStages }) })).rejects.toThrow(
      'a throttle is set for /order/PUT, which is no method of the stage prod',
    );
  });

  it('of the stage holds back each method by itself', async () => {
    const MethodSettings = [
      { ResourcePath: '/*', HttpMethod: '*', ThrottlingRateLimit: 1, ThrottlingBurstLimit: 1, LoggingLevel: 'INFO' },
      { ResourcePath: '/~1order~1{id}', HttpMethod: 'GET', ThrottlingRateLimit: 1, ThrottlingBurstLimit: 2 },
    ];
    const api = await startApi(
      apiResources({ 'GET /order': {}, 'POST /order': {}, 'GET /order/{id}': {} }, { stage: { MethodSettings } }),
      undefined,
      { clock: handClock() },
    );
    const statuses = async (path: string, method: string, count: number) => {
      const responses = [];
      for (let sent = 0; sent < count; sent++) responses.push(await fetch(`${api.url}${path}`, { method }));
      return responses.map(({ status }) => status);
    };

    expect(await statuses('/order', 'GET', 2)).toEqual([200, 429]);
    expect(await statuses('/order', 'POST', 2)).toEqual([200, 429]);
    expect(await statuses('/order/7', 'GET', 3)).toEqual([200, 200, 429]);
    expect(await refusal(await fetch(`${api.url}/order`))).toEqual(tooMany);
  });
});

describe('a quota', () => {
  it('is used up by its number of calls, and new the next day', async () => {
    const clock = handClock();
    const api = await startApi({ ...withKey, Plan: plan({ Quota: { Limit: 1, Period: 'DAY' } }) }, undefined, {
      clock,
    });

    expect((await post(api, onlyKey(api))).status).toBe(200);
    expect(await refusal(await post(api, onlyKey(api)))).toEqual([
      429,
      '{"message":"Limit Exceeded"}',
      'LimitExceededException',
    ]);
    clock.nowMs += 24 * 3_600_000;
    expect((await post(api, onlyKey(api))).status).toBe(200);
  });
});

describe('a method with AWS_IAM', () => {
  const signed = apiResources({ 'POST /order': { AuthorizationType: 'AWS_IAM' } });
  const hex = (text: string) => createHash('sha256').update(text).digest('hex');
  const hmac = (secret: string | Buffer, text: string) => createHmac('sha256', secret).update(text).digest();

  /** The headers of a request that is signed as AWS documents it. */
  const sign = (
    api: StartedApi,
    body: string,
    query = '',
    key: Credentials = api.context.credentials,
    at = new Date(),
  ) => {
    const date = at.toISOString().replace(/[-:]|\.\d+/g, '');
    const scope = `${date.slice(0, 8)}/us-east-1/execute-api/aws4_request`;
    const host = `127.0.0.1:${api.port}`;
    const canonical = `POST\n/prod/order\n${query}\nhost:${host}\nx-amz-date:${date}\n\nhost;x-amz-date\n${hex(body)}`;
    const signingKey = [date.slice(0, 8), 'us-east-1', 'execute-api', 'aws4_request'].reduce<string | Buffer>(
      (secret, part) => hmac(secret, part),
      `AWS4${key.secretAccessKey}`,
    );
    const signature = hmac(Buffer.from(signingKey), `AWS4-HMAC-SHA256\n${date}\n${scope}\n${hex(canonical)}`);
    return {
      'x-amz-date': date,
      authorization: `AWS4-HMAC-SHA256 Credential=${key.accessKeyId}/${scope}, SignedHeaders=host;x-amz-date, Signature=${signature.toString('hex')}`,
    };
  };
  const call = (api: StartedApi, body: string, headers: Record<string, string>, query = '') =>
    fetch(`${api.url}/order${query && `?${query}`}`, { method: 'POST', body, headers });

  it('lets a signed request in and tells the function who signed', async () => {
    const api = await startApi(signed);
    expect((await call(api, '{}', sign(api, '{}', 'a=1'), 'a=1')).status).toBe(200);
    expect(api.events[0]?.requestContext.identity).toMatchObject({
      accessKey: api.context.credentials.accessKeyId,
      accountId: '000000000000',
      userArn: 'arn:aws:iam::000000000000:root',
    });
  });

  it("takes a function's own key too, and names the session of its role", async () => {
    const api = await startApi(signed);
    const roleArn = 'arn:aws:iam::000000000000:role/Probe-Role';
    const issued = api.context.principals.issue('Caller', { name: 'Probe-Caller', roleArn });
    expect((await call(api, '{}', sign(api, '{}', '', issued))).status).toBe(200);
    expect(api.events[0]?.requestContext.identity).toMatchObject({
      accessKey: issued.accessKeyId,
      userArn: 'arn:aws:sts::000000000000:assumed-role/Probe-Role/Probe-Caller',
    });
  });

  it('names whose key signed, whatever other key the request names', async () => {
    const api = await startApi(signed);
    const headers = sign(api, '{}');
    const authorization = headers.authorization.replace(' Credential=', ' Elsewhere1=AKIAOTHER/x, Credential=');
    expect((await call(api, '{}', { ...headers, authorization })).status).toBe(200);
    expect(api.events[0]?.requestContext.identity).toMatchObject({
      accessKey: api.context.credentials.accessKeyId,
      userArn: 'arn:aws:iam::000000000000:root',
    });
  });

  it('answers an unsigned request by Missing Authentication Token', async () => {
    const api = await startApi(signed);
    expect(await refusal(await call(api, '{}', {}))).toEqual([
      403,
      '{"message":"Missing Authentication Token"}',
      'MissingAuthenticationTokenException',
    ]);
  });

  it.each([
    ['the body was changed', '{"a":1}', '', {}, 'InvalidSignatureException', /^The request signature we calculated/],
    ['the query was changed', '{}', 'a=2', {}, 'InvalidSignatureException', /^The request signature we calculated/],
    ['the key is unknown', '{}', '', { key: 'AKIAOTHER' }, 'UnrecognizedClientException', /security token/],
    ['it is an hour old', '{}', '', { ageMs: 3_600_000 }, 'InvalidSignatureException', /^Signature expired/],
  ])(
    'refuses a signed request when %s',
    async (_name, body, query, { key: accessKey, ageMs = 0 }: { key?: string; ageMs?: number }, errorType, text) => {
      const api = await startApi(signed);
      const { credentials } = api.context;
      const signer = accessKey === undefined ? credentials : { ...credentials, accessKeyId: accessKey };
      const headers = sign(api, '{}', '', signer, new Date(Date.now() - ageMs));
      const [status, answer, type] = await refusal(await call(api, body, headers, query));
      expect([status, type]).toEqual([403, errorType]);
      expect(JSON.parse(String(answer)).message).toMatch(text);
      expect(api.events).toHaveLength(0);
    },
  );

  it('refuses a header that is no signature', async () => {
    const api = await startApi(signed);
    const [status, , type] = await refusal(await call(api, '{}', { authorization: 'Bearer x' }));
    expect([status, type]).toEqual([403, 'IncompleteSignatureException']);
  });
});
