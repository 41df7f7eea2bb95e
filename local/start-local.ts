import { join } from 'node:path';
import { type CloudAssembly, readAssembly } from './assembly/cloud-assembly.ts';
import { type Clock, systemClock } from './clock.ts';
import { runReversed, singleFlight } from './closing.ts';
import type { Endpoints, LocalContext, ServiceName } from './context.ts';
import { openDataDir } from './data-dir.ts';
import { describeStack, environmentOf, type StackDescription } from './describe-stack.ts';
import type { MappingSwitch } from './event-source-mapping/mapping-switch.ts';
import { Access } from './iam/access.ts';
import { openSts } from './iam/open-sts.ts';
import { rolesOf } from './iam/roles.ts';
import { openAsyncInvocations } from './lambda/async-invocations.ts';
import type { InvokeApiOptions } from './lambda/invoke-api.ts';
import type { LocalFunction } from './lambda/local-function.ts';
import { Precedence } from './lambda/precedence.ts';
import { loadClients } from './load-clients.ts';
import { pagesOrigin } from './metrics/local-pages.ts';
import { Metrics, type MetricsSnapshot } from './metrics/metrics.ts';
import { laptopPace, type Pace } from './pace.ts';
import { physicalName } from './physical-name.ts';
import { Principals } from './principals.ts';
import { createResources } from './resources/create-resources.ts';
import { resourceTypes } from './resources/index.ts';
import { type Plan, planResources } from './resources/plan.ts';
import { startEngines } from './start-engines.ts';
import { asStartError } from './start-error.ts';

export interface StartLocalOptions {
  /** The directory of the cloud assembly, e.g. `cdk.out`. */
  readonly assembly: string;
  /** Of the first REST API; @default 0, any free one. */
  readonly port?: number;
  /** Keeps the state; @default a temporary folder that goes on close. */
  readonly dataDir?: string;
  /** Goes on with what is whole of a damaged data directory, and logs what is gone; @default false */
  readonly salvage?: boolean;
  /** At most this many execution environments a function; @default 3. */
  readonly environments?: number;
  /** @default laptopPace */
  readonly pace?: Pace;
  /** @default the machine's own time */
  readonly clock?: Clock;
  /** Takes what there is to tell a person, a line at a time; @default nobody */
  readonly log?: (line: string) => void;
}

/** A stack, brought to life. */
export interface LocalStack extends StackDescription {
  readonly stackName: string;
  /** What an SDK needs in its environment to reach the engines. */
  readonly environment: Readonly<Record<string, string>>;
  /** By ARN. */
  readonly functions: ReadonlyMap<string, LocalFunction>;
  readonly dataDir: string;
  /** Where the figures are that `metrics` answers: `http://127.0.0.1:3000/_local/metrics`. */
  readonly metricsUrl: string;
  /** What the runtime has measured of itself so far. */
  metrics(): Promise<MetricsSnapshot>;
  /** Finishes what is under way, then ends everything; the second call waits for the first. */
  close(): Promise<void>;
}

const defaultRegion = 'us-east-1';
const accountId = '000000000000';

/**
 * Brings the one stack of an assembly to life. Several may live in one process, each in a data directory of its own.
 * Throws a `StartError` for what the caller can set right; whatever was started by then is closed.
 */
export const startLocal = async (options: StartLocalOptions): Promise<LocalStack> => {
  const { assembly: directory, log = () => {} } = options;
  const assembly = readAssembly(directory);
  const { stackName, template } = assembly;
  const deployment = { region: assembly.region ?? defaultRegion, accountId };
  const plan = planResources(template, { stackName, ...deployment }, resourceTypes);
  tell(assembly, plan, log);

  const closers: (() => Promise<void> | void)[] = [];
  const closeAll = singleFlight(() => runReversed(closers));
  try {
    const dataDir = openDataDir(options.dataDir, options.salvage ? (line) => log(`salvage: ${line}`) : undefined);
    closers.push(dataDir.close);
    const clock = options.clock ?? systemClock;
    const pace = options.pace ?? laptopPace;
    const agesFromMs = pace.agesWhileOff ? 0 : clock.now();
    const principals = new Principals(dataDir.secret);
    for (const { logicalId, definition } of plan.resources) if (definition?.signs) principals.issue(logicalId);
    const metrics = new Metrics(stackName, clock.now, principals);
    const pages = new Map([['metrics', () => metrics.snapshot()]]);
    const needed = new Set(plan.resources.flatMap(({ definition }) => definition?.engines ?? []));
    const starting = startEngines(needed, dataDir.path, principals.keys, clock.shared, deployment.region);
    const [engines] = await Promise.all([starting, loadClients(needed).catch(() => {})]);
    closers.push(engines.close);
    metrics.addCounter(engines.calls);

    const functions = new Map<string, LocalFunction>();
    const eventSourceMappings = new Map<string, MappingSwitch>();
    const environments = options.environments ?? 3;
    const urls = new Map<string, string>(engines.urls);
    const asyncInvocations = openAsyncInvocations({
      path: join(dataDir.path, 'async-invocations.sqlite'),
      functions,
      atOnce: environments,
      clock,
      pace,
      agesFromMs,
      log,
    });
    const closeAsyncInvocations = singleFlight(() => asyncInvocations.close());
    closers.push(closeAsyncInvocations);
    const access = new Access(principals, deployment.accountId);
    const keys = principals.keysAndSessions;
    const { calls } = metrics;
    const closeInvokeApi = plan.resources.some(({ definition }) => definition?.type === 'AWS::Lambda::Function')
      ? await openInvokeApi(
          { functions, mappings: eventSourceMappings, keys, access, calls, ...deployment, clock, asyncInvocations },
          urls,
        )
      : () => {};
    closers.push(closeInvokeApi);
    const whenCreated: (() => Promise<void> | void)[] = [];
    const services = new Map<ServiceName, () => Promise<void>>();
    const endpoints = endpointsOf(urls);
    let port = options.port ?? 0;
    const context: LocalContext = {
      stackName,
      ...deployment,
      dataDir: dataDir.path,
      credentials: principals.operator,
      principals,
      metrics,
      pages,
      clock,
      pace,
      agesFromMs,
      precedence: new Precedence(pace.holdBatchMs),
      environments,
      endpoints,
      functions,
      eventSourceMappings,
      asyncInvocations,
      restApis: new Map(),
      apiOrigins: new Map(),
      apiKeys: new Map(),
      takePort: () => {
        const taken = port;
        port = 0;
        return taken;
      },
      secret: dataDir.secret,
      assetDir: assembly.assetDir,
      physicalName: (logicalId, maxLength) => physicalName(stackName, logicalId, maxLength),
      onStreamWrite: engines.onStreamWrite,
      serve: (service, server) => {
        urls.set(service, server.url);
        endpoints[service] = server.url;
        const close = singleFlight(() => server.close());
        services.set(service, close);
        closers.push(close);
      },
      whenCreated: (start) => whenCreated.push(start),
      onClose: (close) => closers.push(close),
      log,
    };
    const scope = await createResources(plan, template, context);
    access.open(() => rolesOf(template, scope));
    closers.push(await openSts(template, { access, keys, calls, ...deployment }, urls));
    const closeService = (service: ServiceName) => services.get(service)?.();
    closers.push(
      () => closeService('firehose'), // before the functions close, which were all there by now
      closeAsyncInvocations,
      closeInvokeApi,
      () => closeService('eventbridge'),
    );
    asyncInvocations.resume();
    for (const start of whenCreated) await start();
    dataDir.isReady();
    const metricsUrl = `${await pagesOrigin(context)}/_local/metrics`;
    return {
      stackName,
      ...describeStack(template, scope, context),
      environment: environmentOf(urls, context),
      functions,
      dataDir: dataDir.path,
      metricsUrl,
      metrics: () => metrics.snapshot(),
      close: () => {
        asyncInvocations.beginClosing(); // before anything that functions call closes
        return closeAll();
      },
    };
  } catch (error) {
    await closeAll().catch(() => {}); // what stopped the start says more than what came of it
    throw asStartError(error);
  }
};

/** Serves `Invoke`, adds its address to `urls`, and answers what closes it, once, however often it is called. */
const openInvokeApi = async (options: InvokeApiOptions, urls: Map<string, string>): Promise<() => Promise<void>> => {
  const { startInvokeApi } = await import('./lambda/invoke-api.ts');
  const invokeApi = await startInvokeApi(options);
  urls.set('lambda', invokeApi.url);
  return singleFlight(() => invokeApi.close());
};

const tell = (assembly: CloudAssembly, { withoutEffect, notRun }: Plan, log: (line: string) => void): void => {
  for (const warning of assembly.warnings) log(`warning: ${warning}`);
  const idle = [...withoutEffect].map(([type, paths]) => `${type} (${[...paths].sort().join(', ')})`);
  if (idle.length > 0) log(`without effect here: ${idle.sort().join(', ')}`);
  const types = [...notRun].map(([type, count]) => `${type} (${count})`);
  if (types.length > 0) log(`not run here: ${types.sort().join(', ')}`);
};

/** A service that no resource needs has no address; a call to it is refused at once. */
const nowhere = 'http://127.0.0.1:1';

const endpointsOf = (urls: ReadonlyMap<string, string>): { -readonly [Service in keyof Endpoints]: string } => ({
  kinesis: urls.get('kinesis') ?? nowhere,
  dynamodb: urls.get('dynamodb') ?? nowhere,
  dynamodbStreams: urls.get('dynamodbStreams') ?? nowhere,
  s3: urls.get('s3') ?? nowhere,
  sqs: urls.get('sqs') ?? nowhere,
  lambda: urls.get('lambda') ?? nowhere,
  eventbridge: nowhere,
  firehose: nowhere,
});
