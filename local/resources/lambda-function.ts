import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import type { LocalContext } from '../context.ts';
import { openDeadLetterQueue } from '../event-bridge/dead-letter-queue.ts';
import { checkVariables, environmentVariables } from '../lambda/environment-variables.ts';
import { runtimeError } from '../lambda/error-object.ts';
import { failureReport } from '../lambda/failure-report.ts';
import { openFunctionLog } from '../lambda/function-log.ts';
import { createFunction } from '../lambda/lambda-function.ts';
import type { LocalFunction } from '../lambda/local-function.ts';
import { jsonPlatformLog, textPlatformLog, warnPlatformLog } from '../lambda/platform-log.ts';
import { fileMode, folderMode } from '../private-file.ts';
import { resourceType } from './resource-type.ts';

/** Those that Node 24, on which the runtime itself runs, stands for. */
const runtimes = ['nodejs24.x', 'nodejs22.x'];

const properties = z.strictObject({
  Description: z._default(z.string(), ''),
  FunctionName: z.optional(z.string().check(z.regex(/^[\w-]{1,64}$/))),
  Code: z.strictObject({
    S3Bucket: z.optional(z.string()),
    S3Key: z.optional(z.string()),
    ZipFile: z.optional(z.string()),
    ImageUri: z.optional(z.string()),
  }),
  Runtime: z._default(z.string(), 'a container image'),
  Handler: z._default(z.string(), ''),
  Role: z.string(),
  Layers: z._default(z.array(z.string()), []),
  Timeout: z._default(z.int().check(z.minimum(1), z.maximum(900)), 3),
  MemorySize: z._default(z.int().check(z.minimum(128), z.maximum(10_240)), 128),
  Environment: z.optional(
    z.strictObject({
      Variables: z._default(
        z.record(z.string(), z.pipe(z.union([z.string(), z.number(), z.boolean()]), z.transform(String))),
        {},
      ),
    }),
  ),
  DeadLetterConfig: z.optional(
    z.strictObject({
      TargetArn: z
        .string()
        .check(
          z.refine((arn) => !arn.startsWith('arn:') || /^arn:[^:]+:sqs:/.test(arn), 'only SQS queues are run here'),
        ),
    }),
  ),
  ReservedConcurrentExecutions: z.optional(z.int().check(z.minimum(0))),
  LoggingConfig: z.optional(
    z.strictObject({
      LogGroup: z.optional(z.string()),
      LogFormat: z._default(z.enum(['Text', 'JSON']), 'Text'),
      ApplicationLogLevel: z._default(z.enum(['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL']), 'INFO'),
      SystemLogLevel: z._default(z.enum(['DEBUG', 'INFO', 'WARN']), 'INFO'),
    }),
  ),
});

type Properties = z.infer<typeof properties>;

/**
 * A function on worker threads. One whose runtime or code can't run here costs nothing and stops nothing, such as the
 * providers of custom resources: invoking it fails and says why. Its log is `logs/<name>.log` in the data directory.
 */
export const lambdaFunction = resourceType({
  type: 'AWS::Lambda::Function',
  signs: true,
  properties,
  withoutEffect: [
    'Architectures',
    'Code.S3ObjectVersion',
    'Code.SourceKMSKeyArn',
    'CodeSigningConfigArn',
    'EphemeralStorage',
    'ImageConfig',
    'KmsKeyArn',
    'PackageType',
    'RecursiveLoop',
    'RuntimeManagementConfig',
    'SnapStart',
    'Tags',
    'TracingConfig',
    'VpcConfig',
  ],
  create: async ({ logicalId, properties }, context) => {
    const functionName = properties.FunctionName ?? context.physicalName(logicalId, 64);
    const functionArn = `arn:aws:lambda:${context.region}:${context.accountId}:function:${functionName}`;
    const { LoggingConfig, Handler: handler, Runtime: runtime, MemorySize: memoryMb } = properties;
    const variables = properties.Environment?.Variables ?? {};
    checkVariables(functionName, variables);
    const credentials = context.principals.issue(logicalId, { name: functionName, roleArn: properties.Role });
    const deadLetters = deadLettersOf(functionName, properties.DeadLetterConfig?.TargetArn, context);
    const created = createFunction({
      ...(deadLetters && { deadLetters }),
      functionName,
      functionArn,
      handler,
      memoryMb,
      roleArn: properties.Role,
      timeoutMs: properties.Timeout * 1_000,
      environments: context.environments,
      ...(properties.ReservedConcurrentExecutions !== undefined && {
        reservedConcurrency: properties.ReservedConcurrentExecutions,
      }),
      taskRoot: () => taskRoot(functionName, properties, context),
      variables: (root, logStream) =>
        environmentVariables(
          {
            functionName,
            runtime,
            handler,
            memoryMb,
            variables,
            region: context.region,
            credentials,
            endpoints: context.endpoints,
            logGroup: LoggingConfig?.LogGroup ?? `/aws/lambda/${functionName}`,
            logFormat: LoggingConfig?.LogFormat ?? 'Text',
            logLevel: LoggingConfig?.ApplicationLogLevel ?? 'INFO',
          },
          root,
          logStream,
        ),
      log: openFunctionLog(join(context.dataDir, 'logs', `${functionName}.log`)),
      platformLog: platformLog(properties),
      clock: context.clock,
      precedence: context.precedence,
      metrics: context.metrics.of({ functionName, description: properties.Description, memoryMb }),
      onFailure: failureReport(functionName, context.clock.now, context.log),
    });
    context.functions.set(functionArn, created);
    context.onClose(() => created.close());
    return { ref: functionName, attributes: { Arn: functionArn } };
  },
});

const taskRoot = (functionName: string, { Runtime, Code, Layers }: Properties, context: LocalContext): string => {
  if (!runtimes.includes(Runtime)) throw notRunHere(`${Runtime} is not run here; ${runtimes.join(' and ')} are.`);
  const layer = Layers.find((arn) => !changesNothing.test(arn));
  if (layer !== undefined) throw notRunHere(`Layers are not run here: ${layer}`);
  if (Code.S3Key !== undefined) return context.assetDir(Code.S3Key);
  if (Code.ZipFile === undefined) throw notRunHere('The function has no code that runs here.');
  const folder = join(context.dataDir, 'inline-code', functionName);
  mkdirSync(folder, { recursive: true, mode: folderMode });
  writeFileSync(join(folder, 'index.js'), Code.ZipFile, { mode: fileMode });
  return folder;
};

/** Lambda Insights only measures. */
const changesNothing = /:layer:LambdaInsightsExtension(-Arm64)?:/;

const notRunHere = (message: string): Error => runtimeError('Runtime.NotRunHere', message);

/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
const deadLettersOf = (
  functionName: string,
  queueArn: string | undefined,
  context: LocalContext,
): LocalFunction['deadLetters'] => {
  if (queueArn === undefined) return undefined;
  const queue = openDeadLetterQueue(queueArn, context);
  context.onClose(() => queue.close());
  return ({ payload, requestId, errorCode, errorMessage }, stop) => {
    const attributes = {
      RequestID: requestId,
      ErrorCode: errorCode,
      ErrorMessage: errorMessage.slice(0, 1_000) || 'unknown', // an attribute can't be empty
    };
    const say = (what: string) => context.log(`${functionName}: an event ${what} (${errorMessage})`);
    return queue.put({ body: payload, attributes }, say, stop);
  };
};

const platformLog = ({ LoggingConfig }: Properties) => {
  if (LoggingConfig?.LogFormat !== 'JSON') return textPlatformLog;
  return LoggingConfig.SystemLogLevel === 'WARN' ? warnPlatformLog : jsonPlatformLog;
};
