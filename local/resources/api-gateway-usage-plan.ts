import * as z from 'zod/mini';
import { gatewayId, restApi } from '../api-gateway/ids.ts';
import type { Limit } from '../api-gateway/token-bucket.ts';
import { UsagePlan } from '../api-gateway/usage-plan.ts';
import { resourceType } from './resource-type.ts';

const Throttle = z.strictObject({
  RateLimit: z.optional(z.number().check(z.minimum(0))),
  BurstLimit: z.optional(z.int().check(z.minimum(0))),
});

/** Opens stages to API keys. */
export const apiGatewayUsagePlan = resourceType({
  type: 'AWS::ApiGateway::UsagePlan',
  properties: z.strictObject({
    ApiStages: z.optional(
      z.array(
        z.strictObject({
          ApiId: z.string(),
          Stage: z.string(),
          Throttle: z.optional(z.record(z.string(), Throttle)),
        }),
      ),
    ),
    Throttle: z.optional(Throttle),
    Quota: z.optional(z.strictObject({ Limit: z.int().check(z.minimum(0)), Period: z.enum(['DAY', 'WEEK', 'MONTH']) })),
  }),
  withoutEffect: ['Description', 'Tags', 'UsagePlanName'],
  create: async ({ logicalId, properties: { ApiStages = [], Throttle: throttle, Quota } }, context) => {
    const planId = gatewayId(logicalId, context);
    const stages = ApiStages.map(({ ApiId, Stage, Throttle: methods = {} }) => ({
      restApiId: ApiId,
      stageName: Stage,
      methodThrottles: Object.fromEntries(Object.entries(methods).map(([method, limits]) => [method, limit(limits)])),
    }));
    const quota = Quota && { limit: Quota.Limit, period: Quota.Period };
    const plan = new UsagePlan(planId, stages, throttle && limit(throttle), quota);
    for (const { restApiId } of stages) restApi(restApiId, context).usagePlans.add(plan);
    return { ref: planId, attributes: { Id: planId } };
  },
});

const limit = ({ RateLimit, BurstLimit }: z.infer<typeof Throttle>): Limit => ({
  ratePerSecond: RateLimit,
  burst: BurstLimit,
});
