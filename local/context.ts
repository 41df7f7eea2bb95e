import type { RestApi } from './api-gateway/rest-api.ts';
import type { Clock } from './clock.ts';
import type { Credentials, Engine } from './engines/engine.ts';
import type { Written } from './engines/kinesis.ts';
import type { MappingSwitch } from './event-source-mapping/mapping-switch.ts';
import type { AsyncInvocations } from './lambda/async-invocations.ts';
import type { LocalFunction } from './lambda/local-function.ts';
import type { Precedence } from './lambda/precedence.ts';
import type { LocalPages } from './metrics/local-pages.ts';
import type { Metrics } from './metrics/metrics.ts';
import type { Pace } from './pace.ts';
import type { Principals } from './principals.ts';

/** What a resource type may use to bring a resource to life. */
export interface LocalContext {
  readonly stackName: string;
  readonly region: string;
  readonly accountId: string;
  /** Where state lies; a temporary folder that goes on exit when the user named none. */
  readonly dataDir: string;
  /** The operator's, with which the runtime itself calls the services too. */
  readonly credentials: Credentials;
  /** Who else calls the services, each under a key of its own. */
  readonly principals: Principals;
  /** What the runtime measures of itself. */
  readonly metrics: Metrics;
  /** What it answers below `/_local/`. */
  readonly pages: LocalPages;
  readonly clock: Clock;
  readonly pace: Pace;
  /**
   * What arrived before this moment has the age of what arrived then, where a maximum age ends its retries: the start of
   * the runtime, unless the pace counts the time before it. Milliseconds since the epoch.
   */
  readonly agesFromMs: number;
  /** Lets requests go before batches. */
  readonly precedence: Precedence;
  /** At most this many execution environments a function. */
  readonly environments: number;
  readonly endpoints: Endpoints;
  /** The functions created so far, by their ARN; complete once `whenCreated` callbacks run. */
  readonly functions: Map<string, LocalFunction>;
  /** The event source mappings, by their UUID; complete once every `whenCreated` callback has run. */
  readonly eventSourceMappings: Map<string, MappingSwitch>;
  /** Lambda's own queue of events, for what invokes a function without waiting for it. */
  readonly asyncInvocations: AsyncInvocations;
  /** The REST APIs created so far, by their id (`Ref`). */
  readonly restApis: Map<string, RestApi>;
  /**
   * Where each REST API answers, by its id: `http://127.0.0.1:3000`, without a stage. Set by the type that creates it,
   * before `create` resolves, since `https://<id>.execute-api.…` becomes this wherever the template writes it.
   */
  readonly apiOrigins: Map<string, string>;
  /** The values of the API keys created so far, by their id (`Ref`). */
  readonly apiKeys: Map<string, string>;
  /** The port that the person at the terminal asked for, to the first caller; 0, any free one, to the others. */
  takePort(): number;
  /** A secret of 40 characters, made when it is first asked for by this name and kept with the data. */
  secret(name: string): string;
  /** The directory that a `Code.S3Key` of the template (`<hash>.zip`) was staged from. */
  assetDir(s3Key: string): string;
  /** A physical name, stable from start to start: stack and logical id, cut to `maxLength` with a hash. */
  physicalName(logicalId: string, maxLength?: number): string;
  /**
   * Calls `wake` soon after each write to the stream; the returned function stops that. A Kinesis stream is found by
   * its name, a DynamoDB stream by its ARN.
   */
  onStreamWrite(stream: string, wake: OnStreamWrite): () => void;
  /**
   * Makes a service that a resource type brings known at `endpoints`, to functions and to the person at the terminal.
   * It closes after all that was started by `whenCreated`, and before the functions.
   */
  serve(service: ServiceName, server: Engine): void;
  /** Runs when every resource of the template exists, in order of registration. */
  whenCreated(start: () => Promise<void> | void): void;
  /** Runs when the runtime closes, in reverse order of registration. */
  onClose(close: () => Promise<void> | void): void;
  /** One line for the person at the terminal. */
  log(line: string): void;
}

/** Hears which shards were written to, and of a Kinesis stream also what. */
export type OnStreamWrite = (shardIds: readonly string[], written?: Written) => void;

/** Where each service answers, e.g. `http://127.0.0.1:41231`. */
export interface Endpoints {
  readonly kinesis: string;
  readonly dynamodb: string;
  readonly dynamodbStreams: string;
  readonly s3: string;
  readonly sqs: string;
  readonly lambda: string;
  readonly eventbridge: string;
  readonly firehose: string;
}

/** The services that a resource type brings with it. */
export type ServiceName = 'eventbridge' | 'firehose';
