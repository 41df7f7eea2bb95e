import { type Batching, MappingInUse, type MappingSwitch } from '../event-source-mapping/mapping-switch.ts';
import { type ApiAnswer, json, refusal } from './api-answer.ts';
import { findFunction } from './function-name.ts';
import type { LocalFunction } from './local-function.ts';

/** One request about event source mappings. */
export interface MappingCall {
  readonly method: string;
  readonly rawPath: string;
  readonly query: URLSearchParams;
  readonly body: Buffer;
}

/** What there is, each by its UUID or ARN. */
export interface MappingTargets {
  readonly mappings: ReadonlyMap<string, MappingSwitch>;
  readonly functions: ReadonlyMap<string, LocalFunction>;
  readonly region: string;
  readonly accountId: string;
}

/**
 * Answers `ListEventSourceMappings`, `GetEventSourceMapping` and `UpdateEventSourceMapping`, by which `Enabled` and the
 * batches can be changed here; undefined where the request is about something else.
 * https://docs.aws.amazon.com/lambda/latest/api/API_UpdateEventSourceMapping.html
 */
export const answerMappingCall = (call: MappingCall, targets: MappingTargets): ApiAnswer | undefined => {
  const path = /^\/2015-03-31\/event-source-mappings(?:\/([^/]*))?\/?$/.exec(call.rawPath);
  if (!path) return undefined;
  const [, uuid] = path;
  if (!uuid) return call.method === 'GET' ? list(call.query, targets) : undefined;
  if (call.method !== 'GET' && call.method !== 'PUT') return undefined;
  const mapping = targets.mappings.get(uuid);
  if (!mapping) return refusal(404, 'ResourceNotFoundException', 'The resource you requested does not exist.');
  return call.method === 'GET' ? json(configurationOf(mapping, targets)) : update(mapping, call.body, targets);
};

const list = (query: URLSearchParams, targets: MappingTargets): ApiAnswer => {
  const eventSourceArn = query.get('EventSourceArn');
  const functionName = query.get('FunctionName');
  const target = functionName === null ? undefined : findFunction(targets.functions, functionName, undefined);
  const found = [...targets.mappings.values()].filter(
    ({ parts }) =>
      (eventSourceArn === null || parts.eventSourceArn === eventSourceArn) &&
      (functionName === null || parts.function === target),
  );
  return json({ EventSourceMappings: found.map((mapping) => configurationOf(mapping, targets)) });
};

const update = (mapping: MappingSwitch, body: Buffer, targets: MappingTargets): ApiAnswer => {
  const wanted = readUpdate(body);
  if (typeof wanted === 'string') return refusal(400, 'InvalidParameterValueException', wanted);
  try {
    mapping.turn(wanted.Enabled, batchingOf(wanted));
  } catch (error) {
    if (error instanceof MappingInUse) return refusal(400, error.name, error.message);
    throw error;
  }
  return json(configurationOf(mapping, targets), 202);
};

/** What to change, or what is wrong with it. */
const readUpdate = (body: Buffer): Update | string => {
  let wanted: unknown;
  try {
    wanted = JSON.parse(body.length === 0 ? '{}' : body.toString());
  } catch {
    return 'Could not parse request body into json';
  }
  if (typeof wanted !== 'object' || wanted === null || Array.isArray(wanted)) return 'The body must be an object';
  for (const [name, value] of Object.entries(wanted)) {
    const change = Object.hasOwn(changes, name) ? changes[name as keyof Update] : undefined;
    if (!change) return `${name} cannot be changed here; only ${Object.keys(changes).join(', ')} can`;
    if (!change.takes(value)) return `${name} must be ${change.range}`;
  }
  return wanted;
};

interface Update {
  readonly Enabled?: boolean;
  readonly BatchSize?: number;
  readonly MaximumBatchingWindowInSeconds?: number;
}

const whole = (least: number, most: number) => ({
  range: `a whole number from ${least} to ${most}`,
  takes: (value: unknown) => Number.isInteger(value) && Number(value) >= least && Number(value) <= most,
});

const changes: Readonly<Record<keyof Update, { range: string; takes(value: unknown): boolean }>> = {
  Enabled: { range: 'true or false', takes: (value) => typeof value === 'boolean' },
  BatchSize: whole(1, 10_000),
  MaximumBatchingWindowInSeconds: whole(0, 300),
};

const batchingOf = ({ BatchSize, MaximumBatchingWindowInSeconds }: Update): Batching => ({
  ...(BatchSize !== undefined && { batchSize: BatchSize }),
  ...(MaximumBatchingWindowInSeconds !== undefined && { maximumBatchingWindowSeconds: MaximumBatchingWindowInSeconds }),
});

const configurationOf = (mapping: MappingSwitch, { region, accountId }: MappingTargets) => {
  const { uuid, eventSourceArn, settings, function: target } = mapping.parts;
  const { startingPosition: start } = settings;
  return {
    UUID: uuid,
    EventSourceMappingArn: `arn:aws:lambda:${region}:${accountId}:event-source-mapping:${uuid}`,
    EventSourceArn: eventSourceArn,
    FunctionArn: target.functionArn,
    State: mapping.state,
    StateTransitionReason: 'User action',
    LastModified: mapping.lastModifiedMs / 1_000,
    LastProcessingResult: mapping.lastProcessingResult,
    StartingPosition: start.type,
    ...(start.type === 'AT_TIMESTAMP' && { StartingPositionTimestamp: start.timestampMs / 1_000 }),
    BatchSize: settings.batchSize,
    MaximumBatchingWindowInSeconds: settings.maximumBatchingWindowSeconds,
    ParallelizationFactor: settings.parallelizationFactor,
    MaximumRetryAttempts: settings.maximumRetryAttempts,
    MaximumRecordAgeInSeconds: settings.maximumRecordAgeSeconds,
    BisectBatchOnFunctionError: settings.bisectBatchOnFunctionError,
    FunctionResponseTypes: settings.reportBatchItemFailures ? ['ReportBatchItemFailures'] : [],
    TumblingWindowInSeconds: settings.tumblingWindowSeconds,
    ...(settings.filters.length > 0 && {
      FilterCriteria: { Filters: settings.filters.map((Pattern) => ({ Pattern })) },
    }),
    DestinationConfig: { OnFailure: settings.onFailure === undefined ? {} : { Destination: settings.onFailure } },
  };
};
