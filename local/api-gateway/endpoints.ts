import type { LocalContext } from '../context.ts';
import type { LocalFunction } from '../lambda/local-function.ts';
import { StartError } from '../start-error.ts';
import type { ApiMethod, ApiResource, MethodThrottle, RestApi, Stage } from './rest-api.ts';
import { Router } from './router.ts';
import { TokenBucket } from './token-bucket.ts';

/** One method of one stage, with all that doesn't change from request to request. */
export interface Endpoint {
  readonly api: RestApi;
  readonly stage: Stage;
  readonly resource: ApiResource;
  readonly method: ApiMethod;
  readonly accountId: string;
  /** As on AWS, `<id>.execute-api.<region>.amazonaws.com`. */
  readonly domainName: string;
  /** Present where the integration is a function. */
  readonly localFunction?: LocalFunction;
  readonly throttle?: TokenBucket;
  /** Those a validator checks for. */
  readonly requiredParameters: readonly string[];
}

/** By HTTP method or `ANY`. */
export type Endpoints = ReadonlyMap<string, Endpoint>;

/**
 * What each stage of the API serves, by its name. Throws a `StartError` where a method leads to no function, or where a
 * throttle is set for a method that isn't there.
 */
export const stageRouters = (api: RestApi, context: LocalContext): ReadonlyMap<string, Router<Endpoints>> => {
  const routers = new Map<string, Router<Endpoints>>();
  for (const stage of api.stages.values()) {
    checkThrottles(api, stage);
    const router = new Router<Endpoints>();
    for (const resource of api.resources.values()) {
      if (resource.methods.size > 0) router.add(resource.path, endpoints(api, stage, resource, context));
    }
    routers.set(stage.name, router);
  }
  return routers;
};

const everyMethod = '/*/*';

const checkThrottles = (api: RestApi, stage: Stage): void => {
  const calls = [...api.resources.values()].flatMap(({ path, methods }) =>
    [...methods.keys()].map((httpMethod) => `${path}/${httpMethod}`),
  );
  const ofStage = stage.throttles.map(({ resourcePath, httpMethod }) => `${resourcePath}/${httpMethod}`);
  const ofPlans = [...api.usagePlans].flatMap((plan) => plan.throttledMethods(api.restApiId, stage.name));
  const unknown = [...ofStage, ...ofPlans].find((call) => !calls.includes(call) && call !== everyMethod);
  if (unknown !== undefined)
    throw new StartError(`a throttle is set for ${unknown}, which is no method of the stage ${stage.name}`);
};

const endpoints = (api: RestApi, stage: Stage, resource: ApiResource, context: LocalContext): Endpoints =>
  new Map(
    [...resource.methods].map(([httpMethod, method]) => {
      const throttle = findThrottle(stage.throttles, resource.path, httpMethod);
      const validator = api.requestValidators.get(method.requestValidatorId ?? '');
      return [
        httpMethod,
        {
          api,
          stage,
          resource,
          method,
          accountId: context.accountId,
          domainName: `${api.restApiId}.execute-api.${context.region}.amazonaws.com`,
          localFunction: findFunction(method, resource, context),
          throttle: throttle && new TokenBucket(throttle.limit, context.clock.now()),
          requiredParameters: validator?.parameters ? method.requiredParameters : [],
        },
      ];
    }),
  );

/** The method's own setting, else the one for every method; each method then has a bucket of its own. */
const findThrottle = (throttles: readonly MethodThrottle[], path: string, method: string): MethodThrottle | undefined =>
  throttles.find(({ resourcePath, httpMethod }) => resourcePath === path && httpMethod === method) ??
  throttles.find(({ resourcePath, httpMethod }) => resourcePath === '/*' && httpMethod === '*');

const findFunction = (
  { integration, httpMethod }: ApiMethod,
  { path }: ApiResource,
  context: LocalContext,
): LocalFunction | undefined => {
  if (integration.type === 'MOCK') return undefined;
  const found = context.functions.get(integration.functionArn);
  if (found) return found;
  throw new StartError(`${httpMethod} ${path} leads to ${integration.functionArn}, which no function of this stack is`);
};
