import { Match, type Template } from 'aws-cdk-lib/assertions';
import { functionId, resourcesOf, templateWith } from '../support/synth.ts';

const routes = [
  { verb: 'POST', path: '/order', name: 'ingest-order' },
  { verb: 'GET', path: '/order', name: 'query-orders' },
  { verb: 'GET', path: '/order/events', name: 'query-history' },
  { verb: 'GET', path: '/invoice', name: 'presign-invoice' },
  { verb: 'POST', path: '/tasks', name: 'handle-task-command' },
  { verb: 'GET', path: '/tasks', name: 'query-tasks' },
  { verb: 'GET', path: '/tasks/{id}', name: 'query-tasks' },
  { verb: 'PATCH', path: '/tasks/{id}', name: 'handle-task-command' },
  { verb: 'DELETE', path: '/tasks/{id}', name: 'handle-task-command' },
  { verb: 'GET', path: '/tasks/{id}/events', name: 'query-tasks' },
  { verb: 'GET', path: '/revenue', name: 'query-revenue' },
];

/** The logical id of the API's resource at a path. */
const resourceAt = (template: Template, path: string): string | undefined => {
  const resources = resourcesOf(template, 'AWS::ApiGateway::Resource');
  const parts = path.split('/').slice(1);
  return parts.reduce<string | undefined>((parent, part) => {
    const inside = resources.filter(([, { Properties }]) => Properties.PathPart === part);
    return inside.find(([, { Properties }]) =>
      parent ? Properties.ParentId.Ref === parent : !Properties.ParentId.Ref,
    )?.[0];
  }, undefined);
};

describe('the order API', () => {
  const template = templateWith();

  it.each(routes)('$verb $path calls $name', ({ verb, path, name }) => {
    template.hasResourceProperties('AWS::ApiGateway::Method', {
      HttpMethod: verb,
      ResourceId: { Ref: resourceAt(template, path) },
      Integration: {
        Type: 'AWS_PROXY',
        Uri: { 'Fn::Join': ['', Match.arrayWith([{ 'Fn::GetAtt': [functionId(template, name), 'Arn'] }])] },
      },
    });
  });

  it.each(['ingest-order', 'query-orders', 'query-history'])(
    'gives %s the memory that the largest orders take, several at once, as values',
    (name) => template.hasResourceProperties('AWS::Lambda::Function', { Description: name, MemorySize: 512 }),
  );

  it('has no other method than these and the preflights of browsers', () => {
    const verbs = resourcesOf(template, 'AWS::ApiGateway::Method').map(([, { Properties }]) => Properties.HttpMethod);
    const paths = new Set(['/', ...routes.map(({ path }) => path)]);
    expect(verbs.toSorted()).toEqual(
      [...routes.map(({ verb }) => verb), ...[...paths].map(() => 'OPTIONS')].toSorted(),
    );
  });

  it('is regional, on the stage prod, traced and throttled', () => {
    template.hasResourceProperties('AWS::ApiGateway::RestApi', { EndpointConfiguration: { Types: ['REGIONAL'] } });
    templateWith({ throttle: '30/40' }).hasResourceProperties('AWS::ApiGateway::Stage', {
      StageName: 'prod',
      TracingEnabled: true,
      MethodSettings: [
        Match.objectLike({
          HttpMethod: '*',
          ResourcePath: '/*',
          ThrottlingRateLimit: 30,
          ThrottlingBurstLimit: 40,
        }),
      ],
    });
  });

  it('answers the preflight of a browser with what a page of any origin may send', () => {
    const preflights = resourcesOf(template, 'AWS::ApiGateway::Method', { HttpMethod: 'OPTIONS' });
    for (const [, { Properties }] of preflights) {
      const [{ ResponseParameters: headers }] = Properties.Integration.IntegrationResponses;
      expect(Properties.ApiKeyRequired).toBe(false);
      expect(Properties.AuthorizationType).toBe('NONE');
      expect(headers['method.response.header.Access-Control-Allow-Origin']).toBe("'*'");
      expect(headers['method.response.header.Access-Control-Allow-Methods']).toBe("'GET,POST,PATCH,DELETE'");
      for (const name of ['Content-Type', 'X-Api-Key', 'Authorization', 'Idempotency-Key', 'If-Match']) {
        expect(headers['method.response.header.Access-Control-Allow-Headers']).toContain(name);
      }
    }
  });

  it.each(['DEFAULT_4XX', 'DEFAULT_5XX'])('lets a page of any origin read why the gateway refused (%s)', (type) =>
    template.hasResourceProperties('AWS::ApiGateway::GatewayResponse', {
      ResponseType: type,
      ResponseParameters: { 'gatewayresponse.header.Access-Control-Allow-Origin': "'*'" },
    }),
  );

  it('signs links for 15 minutes', () =>
    template.hasResourceProperties('AWS::Lambda::Function', {
      Description: 'presign-invoice',
      Environment: { Variables: Match.objectLike({ LINK_LIFETIME_SECONDS: '900' }) },
    }));
});

describe('auth', () => {
  const access = (context: Record<string, string>) =>
    resourcesOf(templateWith(context), 'AWS::ApiGateway::Method', { Integration: { Type: 'AWS_PROXY' } }).map(
      ([, { Properties }]) => `${Properties.AuthorizationType}, key ${Properties.ApiKeyRequired}`,
    );

  it('apiKey asks every caller for the key of a plan, throttled', () => {
    const template = templateWith({ throttle: '30/40' });
    expect(access({})).toEqual(routes.map(() => 'NONE, key true'));
    template.hasResourceProperties('AWS::ApiGateway::UsagePlan', { Throttle: { RateLimit: 30, BurstLimit: 40 } });
    template.hasResourceProperties('AWS::ApiGateway::UsagePlanKey', {
      KeyId: template.toJSON().Outputs.ApiKeyId.Value,
      KeyType: 'API_KEY',
    });
  });

  it('iam asks every caller for a signature, and makes no key', () => {
    expect(access({ auth: 'iam' })).toEqual(routes.map(() => 'AWS_IAM, key false'));
    templateWith({ auth: 'iam' }).resourceCountIs('AWS::ApiGateway::ApiKey', 0);
  });

  it('none asks nobody for anything, and synthesis says so', () => {
    const said = jest.spyOn(console, 'error').mockImplementation(() => {});
    expect(access({ auth: 'none' })).toEqual(routes.map(() => 'NONE, key false'));
    expect(said.mock.calls.join()).toContain(
      'The API is open: anyone who learns its URL reads and writes orders and tasks.',
    );
  });
});
