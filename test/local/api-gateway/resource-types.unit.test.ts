import { describe, expect, it } from '@jest/globals';
import { resourceTypes } from '../../../local/resources/index.ts';
import { planResources } from '../../../local/resources/plan.ts';
import { apiResources, lambdaProxy } from './start-api.ts';

const deployment = { stackName: 'Probe', region: 'us-east-1', accountId: '000000000000' };

const plan = (Resources: Record<string, { Type: string; Properties?: Record<string, unknown> }>) =>
  planResources({ Resources }, deployment, resourceTypes);

const one = (type: string, Properties: Record<string, unknown>) => ({
  Probe: { Type: `AWS::ApiGateway::${type}`, Properties },
});
const method = (properties: object) =>
  one('Method', {
    RestApiId: 'a',
    ResourceId: 'r',
    HttpMethod: 'GET',
    Integration: { ...lambdaProxy, Uri: 'u' },
    ...properties,
  });
const mock = (response: object, requestTemplate = '{"statusCode": 200}') =>
  method({
    Integration: {
      Type: 'MOCK',
      RequestTemplates: { 'application/json': requestTemplate },
      IntegrationResponses: [{ StatusCode: '200', ...response }],
    },
  });

describe('a template’s REST API', () => {
  it.each([
    ['an OpenAPI body', one('RestApi', { Body: {} }), 'Body is not run here'],
    ['a resource policy', one('RestApi', { Policy: {} }), 'Policy is not run here'],
    ['keys from an authorizer', one('RestApi', { ApiKeySourceType: 'AUTHORIZER' }), 'ApiKeySourceType'],
    ['compression', one('RestApi', { MinimumCompressionSize: 0 }), 'MinimumCompressionSize is not run here'],
    ['an authorizer', one('Authorizer', {}), 'the resource type AWS::ApiGateway::Authorizer is not run here'],
    ['a Cognito method', method({ AuthorizationType: 'COGNITO_USER_POOLS' }), 'AuthorizationType'],
    ['an authorizer’s method', method({ AuthorizerId: 'x' }), 'AuthorizerId is not run here'],
    ['an HTTP integration', method({ Integration: { Type: 'HTTP_PROXY', Uri: 'http://x' } }), 'Integration.Type'],
    ['a mapped integration', method({ Integration: { Type: 'AWS', Uri: 'u' } }), 'Integration.Type'],
    [
      'an asynchronous integration',
      method({
        Integration: {
          ...lambdaProxy,
          Uri: 'u',
          RequestParameters: { 'integration.request.header.X-Amz-Invocation-Type': "'Event'" },
        },
      }),
      'Integration.RequestParameters is not run here',
    ],
    [
      'a template in VTL',
      mock({ ResponseTemplates: { 'application/json': '#set($a = 1)' } }),
      'IntegrationResponses.0.ResponseTemplates',
    ],
    [
      'a mapped header',
      mock({ ResponseParameters: { 'method.response.header.A': 'integration.response.header.B' } }),
      'only a literal',
    ],
    ['a mock without a status', mock({}, '{"a": 1}'), 'only {"statusCode": N} is run here'],
    ['a body validator', one('RequestValidator', { RestApiId: 'a', ValidateRequestBody: true }), 'ValidateRequestBody'],
    ['a cache', one('Stage', { RestApiId: 'a', CacheClusterEnabled: true }), 'CacheClusterEnabled'],
    ['a canary', one('Stage', { RestApiId: 'a', CanarySetting: {} }), 'CanarySetting is not run here'],
    [
      'a gateway response of no type',
      one('GatewayResponse', { RestApiId: 'a', ResponseType: 'DEFAULT_4xx' }),
      'ResponseType',
    ],
    [
      'an unknown variable in a gateway response',
      one('GatewayResponse', {
        RestApiId: 'a',
        ResponseType: 'THROTTLED',
        ResponseTemplates: { 'text/plain': '$context.authorizer.x' },
      }),
      'ResponseTemplates.text/plain: this template is not run here',
    ],
    [
      'a quota that begins later',
      one('UsagePlan', { Quota: { Limit: 1, Period: 'WEEK', Offset: 1 } }),
      'Quota.Offset is not run here',
    ],
  ])('stops the start for %s and names it', (_name, resources, problem) => {
    expect(() => plan(resources)).toThrow(problem);
  });

  it('names what it leaves out on a laptop', () => {
    const resources = apiResources(
      { 'GET /order': { MethodResponses: [], OperationName: 'x' } },
      {
        api: { EndpointConfiguration: { Types: ['REGIONAL'] }, Description: 'x' },
        stage: {
          TracingEnabled: true,
          AccessLogSetting: {},
          MethodSettings: [
            {
              ResourcePath: '/*',
              HttpMethod: '*',
              LoggingLevel: 'INFO',
              MetricsEnabled: true,
              DataTraceEnabled: false,
            },
          ],
        },
      },
    );
    const Fn = { Type: 'AWS::IAM::Role' };
    const { withoutEffect } = plan({ ...resources, Fn });
    expect(Object.fromEntries([...withoutEffect].map(([type, paths]) => [type, [...paths].sort()]))).toEqual({
      'AWS::ApiGateway::RestApi': ['Description', 'EndpointConfiguration'],
      'AWS::ApiGateway::Stage': [
        'AccessLogSetting',
        'MethodSettings.DataTraceEnabled',
        'MethodSettings.LoggingLevel',
        'MethodSettings.MetricsEnabled',
        'TracingEnabled',
      ],
      'AWS::ApiGateway::Method': ['MethodResponses', 'OperationName'],
    });
  });
});
