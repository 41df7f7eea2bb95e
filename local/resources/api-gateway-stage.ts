import * as z from 'zod/mini';
import { restApi } from '../api-gateway/ids.ts';
import { resourceType } from './resource-type.ts';

/** A path under which an API answers, and how often its methods may be called. */
export const apiGatewayStage = resourceType({
  type: 'AWS::ApiGateway::Stage',
  properties: z.strictObject({
    RestApiId: z.string(),
    StageName: z.optional(z.string()),
    DeploymentId: z.optional(z.string()),
    Variables: z.optional(z.record(z.string(), z.string())),
    CacheClusterEnabled: z.optional(z.literal(false)),
    MethodSettings: z.optional(
      z.array(
        z.strictObject({
          ResourcePath: z.string(),
          HttpMethod: z.string(),
          CachingEnabled: z.optional(z.literal(false)),
          ThrottlingRateLimit: z.optional(z.number().check(z.minimum(0))),
          ThrottlingBurstLimit: z.optional(z.int().check(z.minimum(0))),
        }),
      ),
    ),
  }),
  withoutEffect: [
    'AccessLogSetting',
    'Description',
    'DocumentationVersion',
    'MethodSettings.CacheDataEncrypted',
    'MethodSettings.CacheTtlInSeconds',
    'MethodSettings.DataTraceEnabled',
    'MethodSettings.LoggingLevel',
    'MethodSettings.MetricsEnabled',
    'Tags',
    'TracingEnabled',
  ],
  create: async ({ properties }, context) => {
    const { RestApiId, StageName: name = 'default', DeploymentId = '', Variables, MethodSettings = [] } = properties;
    restApi(RestApiId, context).stages.set(name, {
      name,
      deploymentId: DeploymentId,
      variables: Variables && Object.keys(Variables).length > 0 ? Variables : null,
      throttles: MethodSettings.filter(hasThrottle).map((setting) => ({
        resourcePath: resourcePath(setting.ResourcePath),
        httpMethod: setting.HttpMethod,
        limit: { ratePerSecond: setting.ThrottlingRateLimit, burst: setting.ThrottlingBurstLimit },
      })),
    });
    return { ref: name };
  },
});

const hasThrottle = (setting: { ThrottlingRateLimit?: number; ThrottlingBurstLimit?: number }): boolean =>
  setting.ThrottlingRateLimit !== undefined || setting.ThrottlingBurstLimit !== undefined;

/** `/~1orders~1{id}` is how the template spells `/orders/{id}`. */
const resourcePath = (escaped: string): string =>
  escaped === '/*' ? escaped : `/${escaped.slice(1).replaceAll('~1', '/').replaceAll('~0', '~')}`.replace(/^\/+/, '/');
