import type { CorsOrigins } from './mock-integration.ts';
import type { Limit } from './token-bucket.ts';
import type { UsagePlan } from './usage-plan.ts';

/** A REST API as its resources add up: the RestApi resource makes it, the others fill it, the server reads it. */
export interface RestApi {
  readonly restApiId: string;
  readonly name: string;
  readonly rootResourceId: string;
  /** As in the template, e.g. `image/png`, `image/*` or any type. */
  readonly binaryMediaTypes: readonly string[];
  /** By resource id, the root included. */
  readonly resources: Map<string, ApiResource>;
  readonly stages: Map<string, Stage>;
  /** By response type, e.g. `DEFAULT_4XX`. */
  readonly gatewayResponses: Map<string, GatewayResponse>;
  /** By id: whether it checks that the required parameters are there. */
  readonly requestValidators: Map<string, { readonly parameters: boolean }>;
  /** Those that name a stage of this API. */
  readonly usagePlans: Set<UsagePlan>;
}

export interface ApiResource {
  readonly resourceId: string;
  /** From the root, `/orders/{id}`. */
  readonly path: string;
  /** By HTTP method or `ANY`. */
  readonly methods: Map<string, ApiMethod>;
}

export interface ApiMethod {
  /** An HTTP method or `ANY`. */
  readonly httpMethod: string;
  readonly authorization: 'NONE' | 'AWS_IAM';
  readonly apiKeyRequired: boolean;
  /** `method.request.querystring.x` and the like, those that a request must bring. */
  readonly requiredParameters: readonly string[];
  readonly requestValidatorId?: string;
  readonly integration: LambdaProxyIntegration | MockIntegration;
}

export interface LambdaProxyIntegration {
  readonly type: 'AWS_PROXY';
  readonly functionArn: string;
  /** Whole milliseconds until 504. */
  readonly timeoutMs: number;
}

/** Answers by itself, always the same. */
export interface MockIntegration {
  readonly type: 'MOCK';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Further origins that are answered with their own name instead of the header's literal. */
  readonly corsOrigins?: CorsOrigins;
}

export interface Stage {
  readonly name: string;
  readonly deploymentId: string;
  /** `null` where there is none, as the event says it. */
  readonly variables: Readonly<Record<string, string>> | null;
  readonly throttles: readonly MethodThrottle[];
}

/** How often one method of a stage, or each of its methods, may be called. */
export interface MethodThrottle {
  /** A resource's path, or `/*` for every one. */
  readonly resourcePath: string;
  /** An HTTP method, or `*` for every one. */
  readonly httpMethod: string;
  readonly limit: Limit;
}

/** How an error that the API itself answers is dressed up. */
export interface GatewayResponse {
  readonly status?: number;
  /** By header name: a literal, or what is copied from the request. */
  readonly headers: Readonly<Record<string, string>>;
  /** By content type. */
  readonly templates: Readonly<Record<string, string>>;
}
