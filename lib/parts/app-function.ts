import { join } from 'node:path';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Code,
  Function as LambdaFunction,
  LayerVersion,
  LoggingFormat,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { type App, ArnFormat, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { FactName } from 'aws-cdk-lib/region-info';
import type { Construct } from 'constructs';
import { WrongSettings } from '../settings.ts';
import { bundle } from './bundles.ts';

export interface AppFunctionProps {
  readonly name: string;
  /** Where in `lambda/` its code lies. @default - its name */
  readonly folder?: string | undefined;
  /** @default - nothing but what Lambda sets */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** Memory, and CPU in proportion. @default 256: these functions wait more than they compute */
  readonly memoryMiB?: number | undefined;
  /** @default 29 seconds: as long as API Gateway waits */
  readonly timeout?: Duration;
  /** Takes what it failed at for good, of the invocations that nobody waits for. @default - that is dropped */
  readonly deadLetterQueue?: IQueue;
  /**
   * Lambda Insights: memory, CPU time and network bytes of each invocation, as metrics and as a log line, both of which
   * cost. @default false
   */
  readonly insights?: boolean | undefined;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Lambda-Insights-extension-versions.html */
const insightsVersion = '1.0.498.0';

/** One of the functions in `lambda/`, with a log group of its own and no right that it isn't given. */
export class AppFunction extends LambdaFunction {
  readonly name: string;
  readonly memoryMiB: number;
  /** Whether Lambda Insights measures it. */
  readonly insights: boolean;

  constructor(scope: Construct, id: string, props: AppFunctionProps) {
    const logGroup = new LogGroup(scope, `${id}Log`, {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // Lambda's managed policy may also create log groups, and a late line would bring back the one that was deleted.
    const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    const { name, memoryMiB = 256, insights = false } = props;
    super(scope, id, {
      description: name,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(join(bundlesOf(scope), props.folder ?? name)),
      handler: 'handler.handler',
      memorySize: memoryMiB,
      timeout: props.timeout ?? Duration.seconds(29),
      environment: props.environment,
      tracing: Tracing.ACTIVE,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      role,
      ...(props.deadLetterQueue && { deadLetterQueue: props.deadLetterQueue }),
    });
    this.name = name;
    this.memoryMiB = memoryMiB;
    this.insights = insights;
    if (insights) this.#measure();
  }

  /** These actions on these resources, and nothing else that comes with them. */
  allow(actions: string[], ...resources: string[]): void {
    this.addToRolePolicy(new PolicyStatement({ actions, resources }));
  }

  /**
   * CDK's own `insightsVersion` would let the function create any log group. This one has a name that AWS gives,
   * belongs to every function of the account that Insights measures, and stays when the stack goes.
   */
  #measure(): void {
    const stack = Stack.of(this);
    const layer = stack.regionalFact(FactName.cloudwatchLambdaInsightsVersion(insightsVersion, 'arm64'), '');
    if (layer === '') {
      const message = `has no Lambda Insights ${insightsVersion}, as far as the CDK knows, for ${this.name}`;
      throw new WrongSettings([{ key: 'region', value: stack.region, message }]);
    }
    this.addLayers(LayerVersion.fromLayerVersionArn(this, 'Insights', layer));
    this.allow(
      ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
      stack.formatArn({
        service: 'logs',
        resource: 'log-group',
        resourceName: '/aws/lambda-insights:*',
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      }),
    );
  }
}

/** The context key under which a directory of ready bundles, `<name>/handler.cjs`, takes the place of bundling. */
export const bundlesContext = 'event-sourcing:bundles';

const bundled = new WeakMap<App, string>();

/** The directory of the app's bundles: one esbuild run for all functions, the first time one is asked for. */
function bundlesOf(scope: Construct): string {
  const app = scope.node.root as App;
  const ready = app.node.tryGetContext(bundlesContext) ?? bundled.get(app);
  if (ready) return ready;
  const directory = join(app.outdir, 'bundles');
  bundle(directory);
  bundled.set(app, directory);
  return directory;
}
