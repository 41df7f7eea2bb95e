import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from '@jest/globals';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import * as z from 'zod/mini';
import type { ResourceDeclaration, Template } from '../../../local/assembly/template.ts';
import { systemClock } from '../../../local/clock.ts';
import type { LocalContext } from '../../../local/context.ts';
import type { InvokeResult, LocalFunction } from '../../../local/lambda/local-function.ts';
import { Precedence } from '../../../local/lambda/precedence.ts';
import { Metrics } from '../../../local/metrics/metrics.ts';
import { laptopPace } from '../../../local/pace.ts';
import { Principals } from '../../../local/principals.ts';
import { createResources } from '../../../local/resources/create-resources.ts';
import { resourceTypes } from '../../../local/resources/index.ts';
import { planResources } from '../../../local/resources/plan.ts';
import { resourceType } from '../../../local/resources/resource-type.ts';

/** A function that runs in the test: answers the event with a response, or with the whole result of an invocation. */
export type Handler = (event: APIGatewayProxyEvent) => unknown;

/** An API of a template, with what stands behind it. */
export interface StartedApi {
  /** With the stage `prod` and without a slash at its end. */
  readonly url: string;
  readonly port: number;
  readonly context: LocalContext;
  /** The events that reached the function. */
  readonly events: APIGatewayProxyEvent[];
  close(): Promise<void>;
}

/** What a `Handler` throws to end an invocation otherwise than by a response. */
export class Outcome extends Error {
  readonly result: Promise<InvokeResult>;
  constructor(result: InvokeResult | Promise<InvokeResult>) {
    super('outcome');
    this.result = Promise.resolve(result);
  }
}

const opened: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of opened.splice(0)) await close();
});

/** Brings `resources` to life, the function `Fn` played by `handler`; it all goes when the test is done. */
export const startApi = async (
  resources: Template['Resources'],
  handler: Handler = () => ({ statusCode: 200 }),
  overrides: Partial<LocalContext> = {},
): Promise<StartedApi> => {
  const events: APIGatewayProxyEvent[] = [];
  const whenCreated: (() => Promise<void> | void)[] = [];
  const closers: (() => Promise<void> | void)[] = [];
  const dataDir = mkdtempSync(join(tmpdir(), 'api-'));
  const principals = new Principals((name) => name.padEnd(40, '0'));
  const context: LocalContext = {
    stackName: 'Probe',
    region: 'us-east-1',
    accountId: '000000000000',
    dataDir,
    credentials: principals.operator,
    principals,
    metrics: new Metrics('Probe', systemClock.now, principals),
    pages: new Map(),
    clock: systemClock,
    pace: laptopPace,
    agesFromMs: 0,
    precedence: new Precedence(0),
    environments: 2,
    endpoints: {
      kinesis: '',
      dynamodb: '',
      dynamodbStreams: '',
      s3: '',
      sqs: '',
      lambda: '',
      eventbridge: '',
      firehose: '',
    },
    asyncInvocations: { add: () => {}, resume: () => {}, beginClosing: () => {}, close: async () => {} },
    serve: () => {},
    functions: new Map(),
    eventSourceMappings: new Map(),
    restApis: new Map(),
    apiOrigins: new Map(),
    apiKeys: new Map(),
    takePort: () => 0,
    secret: (name) => name.padEnd(40, '0'),
    assetDir: () => dataDir,
    physicalName: (logicalId) => `Probe-${logicalId}`,
    onStreamWrite: () => () => {},
    whenCreated: (start) => whenCreated.push(start),
    onClose: (close) => closers.push(close),
    log: () => {},
    ...overrides,
  };
  const types = new Map([...resourceTypes, ['AWS::Lambda::Function', functionType(handler, events)]]);
  const template: Template = { Resources: { Fn: { Type: 'AWS::Lambda::Function' }, ...resources } };
  const close = async () => {
    for (const closer of closers.splice(0).toReversed()) await closer();
    rmSync(dataDir, { recursive: true, force: true });
  };
  opened.push(close);
  await createResources(planResources(template, context, types), template, context);
  for (const start of whenCreated) await start();
  const origin = [...context.apiOrigins.values()][0] ?? '';
  return { url: `${origin}/prod`, port: Number(new URL(origin).port), context, events, close };
};

const functionType = (handler: Handler, events: APIGatewayProxyEvent[]) =>
  resourceType({
    type: 'AWS::Lambda::Function',
    properties: z.looseObject({}),
    withoutEffect: [],
    create: async ({ logicalId }, context) => {
      const functionArn = `arn:aws:lambda:us-east-1:000000000000:function:${logicalId}`;
      context.functions.set(functionArn, inProcess(functionArn, handler, events));
      return { ref: logicalId, attributes: { Arn: functionArn } };
    },
  });

const inProcess = (functionArn: string, handler: Handler, events: APIGatewayProxyEvent[]): LocalFunction => ({
  functionName: 'Fn',
  functionArn,
  roleArn: '',
  timeoutMs: 3_000,
  invoke: async (payload) => {
    const event = JSON.parse(payload) as APIGatewayProxyEvent;
    events.push(event);
    try {
      return { payload: JSON.stringify(await handler(event)) ?? 'null' };
    } catch (error) {
      if (error instanceof Outcome) return error.result;
      throw error;
    }
  },
  crash: async () => {},
  close: async () => {},
});

type Properties = Record<string, unknown>;

const ref = (logicalId: string) => ({ Ref: logicalId });

/** The resources of an API with these methods, keyed as in `POST /orders/{id}`, in the shape that CDK gives them. */
export const apiResources = (
  methods: Record<string, Properties>,
  { api = {}, stage = {} }: { readonly api?: Properties; readonly stage?: Properties } = {},
): Record<string, ResourceDeclaration> => {
  const resources: Record<string, ResourceDeclaration> = {
    Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'Api', ...api } },
    Deployment: { Type: 'AWS::ApiGateway::Deployment', Properties: { RestApiId: ref('Api') } },
    Stage: {
      Type: 'AWS::ApiGateway::Stage',
      Properties: { RestApiId: ref('Api'), StageName: 'prod', DeploymentId: ref('Deployment'), ...stage },
    },
  };
  const names = new Map<string, string>();
  for (const [call, properties] of Object.entries(methods)) {
    const [httpMethod = '', path = ''] = call.split(' ');
    let parent: unknown = { 'Fn::GetAtt': ['Api', 'RootResourceId'] };
    let walked = '';
    for (const PathPart of path.split('/').filter(Boolean)) {
      walked += `/${PathPart}`;
      const name = names.get(walked) ?? `Resource${names.size}`;
      names.set(walked, name);
      resources[name] ??= {
        Type: 'AWS::ApiGateway::Resource',
        Properties: { RestApiId: ref('Api'), ParentId: parent, PathPart },
      };
      parent = ref(name);
    }
    resources[`Method${Object.keys(resources).length}`] = {
      Type: 'AWS::ApiGateway::Method',
      Properties: {
        RestApiId: ref('Api'),
        ResourceId: parent,
        HttpMethod: httpMethod,
        AuthorizationType: 'NONE',
        Integration: lambdaProxy,
        ...properties,
      },
    };
  }
  return resources;
};

export const lambdaProxy = {
  Type: 'AWS_PROXY',
  IntegrationHttpMethod: 'POST',
  Uri: {
    'Fn::Join': [
      '',
      [
        'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/',
        { 'Fn::GetAtt': ['Fn', 'Arn'] },
        '/invocations',
      ],
    ],
  },
};
