import { createHash } from 'node:crypto';
import { join } from 'node:path';
import * as z from 'zod/mini';
import type { LocalContext } from '../context.ts';
import { EventSourceMapping } from '../event-source-mapping/event-source-mapping.ts';
import type { MappingSettings, StartingPosition } from '../event-source-mapping/mapping-settings.ts';
import { MappingSwitch } from '../event-source-mapping/mapping-switch.ts';
import { compileFilters, type FilteredSource, InvalidFilterCriteria } from '../event-source-mapping/record-filter.ts';
import { sourceKindOf } from '../event-source-mapping/source-kind.ts';
import type { LocalFunction } from '../lambda/local-function.ts';
import { asStartError, StartError } from '../start-error.ts';
import { resourceType } from './resource-type.ts';

const whole = (least: number, most: number) => z._default(z.int().check(z.minimum(least), z.maximum(most)), least);
const orUnlimited = (least: number, most: number) =>
  z._default(
    z.union([z.literal(-1), z.int().check(z.minimum(least), z.maximum(most))], `-1, or ${least} to ${most}`),
    -1,
  );

const sourceArn = z
  .string()
  .check(
    z.refine(
      (arn) => !arn.startsWith('arn:') || /^arn:[^:]+:(kinesis:|dynamodb:[^/]+\/[^/]+\/stream\/)/.test(arn),
      'only Kinesis streams and DynamoDB streams are run here',
    ),
  );
const destinationArn = z
  .string()
  .check(
    z.refine(
      (arn) => /^arn:[^:]+:(s3:::|sqs:)/.test(arn) && !arn.endsWith('.fifo'),
      'an S3 bucket or a standard SQS queue is needed; nothing else is run here',
    ),
  );

const filterCriteria = z
  .strictObject({ Filters: z.optional(z.array(z.strictObject({ Pattern: z.optional(z.string()) }))) })
  .check((payload) => {
    const message = refusalOf(payload.value);
    if (message) payload.issues.push({ code: 'custom', input: payload.value, message });
  });

const properties = z
  .strictObject({
    EventSourceArn: sourceArn,
    FunctionName: z.string(),
    Enabled: z._default(z.boolean(), true),
    BatchSize: z._default(z.int().check(z.minimum(1), z.maximum(10_000)), 100),
    MaximumBatchingWindowInSeconds: whole(0, 300),
    ParallelizationFactor: whole(1, 10),
    MaximumRetryAttempts: orUnlimited(0, 10_000),
    MaximumRecordAgeInSeconds: orUnlimited(60, 604_800),
    BisectBatchOnFunctionError: z._default(z.boolean(), false),
    FunctionResponseTypes: z._default(z.array(z.literal('ReportBatchItemFailures')), []),
    TumblingWindowInSeconds: whole(0, 900),
    StartingPosition: z.enum(['TRIM_HORIZON', 'LATEST', 'AT_TIMESTAMP']),
    StartingPositionTimestamp: z.optional(z.number()),
    FilterCriteria: z.optional(filterCriteria),
    DestinationConfig: z.optional(
      z.strictObject({ OnFailure: z.optional(z.strictObject({ Destination: z.optional(destinationArn) })) }),
    ),
  })
  .check(
    z.refine((mapping) => mapping.TumblingWindowInSeconds === 0 || mapping.ParallelizationFactor === 1, {
      path: ['TumblingWindowInSeconds'],
      error: 'is not run here together with a ParallelizationFactor above 1',
    }),
    z.refine(
      (mapping) => (mapping.StartingPosition === 'AT_TIMESTAMP') === (mapping.StartingPositionTimestamp !== undefined),
      {
        path: ['StartingPositionTimestamp'],
        error: 'belongs to StartingPosition AT_TIMESTAMP, and to no other',
      },
    ),
    z.refine(
      (mapping) =>
        mapping.StartingPosition !== 'AT_TIMESTAMP' || sourceKindOf(mapping.EventSourceArn).filtered !== 'dynamodb',
      { path: ['StartingPosition'], error: 'a DynamoDB stream is read from TRIM_HORIZON or LATEST' },
    ),
    (payload) => {
      const { EventSourceArn, FilterCriteria: input = {} } = payload.value;
      const message = refusalOf(input, sourceKindOf(EventSourceArn).filtered);
      if (message) payload.issues.push({ code: 'custom', input, path: ['FilterCriteria'], message });
    },
    z.refine((mapping) => (mapping.StartingPositionTimestamp ?? 0) * 1_000 <= Date.now(), {
      path: ['StartingPositionTimestamp'],
      error: 'must not lie in the future',
    }),
  );

type Properties = z.infer<typeof properties>;

/** A stream's records on their way to a function. What is written once the runtime is ready is handled. */
export const lambdaEventSourceMapping = resourceType({
  type: 'AWS::Lambda::EventSourceMapping',
  engines: ['kinesis'],
  properties,
  withoutEffect: ['KmsKeyArn', 'LoggingConfig', 'MetricsConfig', 'Tags'],
  create: async ({ logicalId, properties }, context) => {
    const uuid = stableUuid(`${context.stackName}/${logicalId}/${properties.EventSourceArn}`);
    context.whenCreated(() => startMapping(uuid, logicalId, properties, context));
    const arn = `arn:aws:lambda:${context.region}:${context.accountId}:event-source-mapping:${uuid}`;
    return { ref: uuid, attributes: { Id: uuid, EventSourceMappingArn: arn } };
  },
});

const startMapping = async (uuid: string, name: string, properties: Properties, context: LocalContext) => {
  const target = functionOf(name, properties.FunctionName, context);
  const { eventSourceMappings } = context;
  const parts = {
    uuid,
    name,
    eventSourceArn: properties.EventSourceArn,
    function: target,
    settings: settingsOf(properties),
  };
  for (const { parts: other } of eventSourceMappings.values()) {
    if (other.eventSourceArn !== parts.eventSourceArn || other.function !== target) continue;
    throw new StartError(
      `${name}: The event source arn (" ${parts.eventSourceArn} ") and function (" ${target.functionName} ") ` +
        `provided mapping already exists. Please update or delete the existing mapping with UUID ${other.uuid}`,
    );
  }
  const mapping = new MappingSwitch({
    mapping: new EventSourceMapping(parts, context),
    parts,
    enabledByTemplate: properties.Enabled,
    file: join(context.dataDir, 'event-source-mappings', uuid),
    clock: context.clock,
    onClose: context.onClose,
    log: context.log,
  });
  eventSourceMappings.set(uuid, mapping);
  await mapping.open().catch((error) => {
    const ofFile = asStartError(error);
    if (ofFile instanceof StartError) throw ofFile;
    const { name: kind, message } = error as Error;
    const why = kind === 'ResourceNotFoundException' ? 'Stream not found' : `Stream can't be read (${message})`;
    throw new StartError(`${name}: ${why}: ${properties.EventSourceArn}`);
  });
};

const settingsOf = (properties: Properties): MappingSettings => {
  const destination = properties.DestinationConfig?.OnFailure?.Destination;
  return {
    batchSize: properties.BatchSize,
    maximumBatchingWindowSeconds: properties.MaximumBatchingWindowInSeconds,
    parallelizationFactor: properties.ParallelizationFactor,
    maximumRetryAttempts: properties.MaximumRetryAttempts,
    maximumRecordAgeSeconds: properties.MaximumRecordAgeInSeconds,
    bisectBatchOnFunctionError: properties.BisectBatchOnFunctionError,
    reportBatchItemFailures: properties.FunctionResponseTypes.includes('ReportBatchItemFailures'),
    tumblingWindowSeconds: properties.TumblingWindowInSeconds,
    startingPosition: startingPositionOf(properties),
    filters: patternsOf(properties.FilterCriteria ?? {}),
    ...(destination !== undefined && { onFailure: destination }),
  };
};

const startingPositionOf = ({
  StartingPosition: type,
  StartingPositionTimestamp: seconds = 0,
}: Properties): StartingPosition => (type === 'AT_TIMESTAMP' ? { type, timestampMs: seconds * 1_000 } : { type });

interface FilterCriteria {
  readonly Filters?: readonly { readonly Pattern?: string | undefined }[] | undefined;
}

const refusalOf = (criteria: FilterCriteria, source?: FilteredSource): string | undefined => {
  try {
    compileFilters(patternsOf(criteria), source);
  } catch (error) {
    if (error instanceof InvalidFilterCriteria) return error.message;
    throw error;
  }
  return undefined;
};

const patternsOf = ({ Filters = [] }: FilterCriteria) =>
  Filters.flatMap(({ Pattern }) => (Pattern === undefined ? [] : [Pattern]));

/** By its ARN, or by its name, the whole ARN up to it left out. */
const functionOf = (mapping: string, functionName: string, context: LocalContext): LocalFunction => {
  const found =
    context.functions.get(functionName) ??
    [...context.functions.values()].find((each) => each.functionName === functionName);
  if (!found) throw new StartError(`${mapping}: Function not found: ${functionName}`);
  return found;
};

/** The same for the same name, from start to start (version 8: its bits are a hash). */
const stableUuid = (name: string): string => {
  const hex = createHash('sha256').update(name).digest('hex');
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 3) | 8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};
