import * as z from 'zod/mini';
import type { LocalContext } from '../context.ts';
import { openDeadLetters } from '../event-bridge/dead-letters.ts';
import { EventBridge } from '../event-bridge/event-bridge.ts';
import { InvalidTemplate, isJson, type RuleName } from '../event-bridge/input-template.ts';
import { compileJsonPath, InvalidJsonPath } from '../event-bridge/json-path.ts';
import { compileInput, type InputSettings } from '../event-bridge/target-input.ts';
import { TargetQueue } from '../event-bridge/target-queue.ts';
import { openTransport } from '../event-bridge/target-transport.ts';
import { InvalidEventPattern } from '../event-pattern/invalid-event-pattern.ts';
import { compilePattern } from '../event-pattern/pattern.ts';
import { StartError } from '../start-error.ts';
import { resourceType } from './resource-type.ts';

const longestPattern = 4_096;
const longestAgeSeconds = 86_400;
const mostRetries = 185;

/** Checks by trying: what the function throws of these kinds is the schema's complaint. */
const accepted = <T>(attempt: (value: T) => unknown) =>
  z.check<T>((payload) => {
    try {
      attempt(payload.value);
    } catch (error) {
      if (
        !(error instanceof InvalidTemplate || error instanceof InvalidJsonPath || error instanceof InvalidEventPattern)
      )
        throw error;
      payload.issues.push({ code: 'custom', input: payload.value, message: error.message });
    }
  });

const path = z.string().check(accepted(compileJsonPath));

const target = z
  .strictObject({
    Id: z.string(),
    Arn: z
      .string()
      .check(
        z.refine(
          (arn) => !arn.startsWith('arn:') || /^arn:[^:]+:(kinesis|lambda|sqs):/.test(arn),
          'only Kinesis streams, Lambda functions and SQS queues are targets here',
        ),
      ),
    Input: z.optional(z.string().check(z.refine(isJson, 'is not JSON'))),
    InputPath: z.optional(path),
    InputTransformer: z.optional(
      z.strictObject({ InputPathsMap: z._default(z.record(z.string(), path), {}), InputTemplate: z.string() }),
    ),
    KinesisParameters: z.optional(z.strictObject({ PartitionKeyPath: path })),
    SqsParameters: z.optional(z.strictObject({ MessageGroupId: z.string() })),
    RetryPolicy: z.optional(
      z.strictObject({
        MaximumRetryAttempts: z._default(z.int().check(z.minimum(0), z.maximum(mostRetries)), mostRetries),
        MaximumEventAgeInSeconds: z._default(
          z.int().check(z.minimum(60), z.maximum(longestAgeSeconds)),
          longestAgeSeconds,
        ),
      }),
    ),
    DeadLetterConfig: z.optional(
      z.strictObject({
        Arn: z.optional(
          z.string().check(z.refine((arn) => !arn.endsWith('.fifo'), 'a dead-letter queue is a standard queue')),
        ),
      }),
    ),
  })
  .check(
    z.refine(
      ({ Input, InputPath, InputTransformer }) => [Input, InputPath, InputTransformer].filter(isGiven).length < 2,
      {
        error: 'Input, InputPath and InputTransformer exclude each other',
      },
    ),
    accepted((settings) => compileInput(inputOf(settings), { arn: '', name: '' })),
  );

type Target = z.infer<typeof target>;

const pattern = z.record(z.string(), z.unknown()).check(
  accepted((value) => compilePattern(JSON.stringify(value))),
  z.refine((value) => JSON.stringify(value).length <= longestPattern, `has more than ${longestPattern} characters`),
);

/** A rule: events of its bus that match its pattern go to each of its targets. Schedules are not run here. */
export const eventsRule = resourceType({
  type: 'AWS::Events::Rule',
  signs: true,
  properties: z.strictObject({
    Name: z.optional(z.string()),
    EventBusName: z._default(z.string(), 'default'),
    EventPattern: pattern,
    State: z._default(z.enum(['ENABLED', 'DISABLED']), 'ENABLED'),
    Targets: z._default(z.array(target).check(z.maxLength(5)), []),
  }),
  withoutEffect: ['Description', 'RoleArn', 'Tags', 'Targets.RoleArn'],
  create: async ({ logicalId, properties }, context) => {
    const name = properties.Name ?? context.physicalName(logicalId, 64);
    const busName = properties.EventBusName.replace(/^arn:.*:event-bus\//, '');
    const onBus = busName === 'default' ? name : `${busName}/${name}`;
    const rule: RuleName = { name, arn: `arn:aws:events:${context.region}:${context.accountId}:rule/${onBus}` };
    const bridge = await EventBridge.of(context);
    const asRule = { ...context, credentials: context.principals.issue(logicalId, { name }) };
    const targets = properties.Targets.map(
      (each) => [`${rule.arn} ${each.Id}`, openTarget(each, rule, bridge, asRule)] as const,
    );
    const enabled = properties.State === 'ENABLED';
    const added = bridge.addRule(busName, {
      matches: enabled ? compilePattern(JSON.stringify(properties.EventPattern)) : () => false,
      targets: new Map(targets),
    });
    if (!added) throw new StartError(`Event bus ${busName} does not exist.`);
    return { ref: onBus.replace('/', '|'), attributes: { Arn: rule.arn } };
  },
});

const openTarget = (settings: Target, rule: RuleName, bridge: EventBridge, context: LocalContext): TargetQueue => {
  const { Arn, RetryPolicy, DeadLetterConfig, KinesisParameters, SqsParameters } = settings;
  return new TargetQueue({
    maximumRetryAttempts: RetryPolicy?.MaximumRetryAttempts ?? mostRetries,
    maximumEventAgeMs: (RetryPolicy?.MaximumEventAgeInSeconds ?? longestAgeSeconds) * 1_000,
    input: compileInput(inputOf(settings), rule),
    transport: openTransport(
      {
        arn: Arn,
        partitionKeyPath: KinesisParameters?.PartitionKeyPath,
        messageGroupId: SqsParameters?.MessageGroupId,
      },
      context,
    ),
    deadLetters: openDeadLetters(DeadLetterConfig?.Arn, { ruleArn: rule.arn, targetArn: Arn }, context),
    keep: bridge.keep,
    forget: bridge.forget,
    clock: context.clock,
    pace: context.pace,
    agesFromMs: context.agesFromMs,
  });
};

const inputOf = ({
  Input,
  InputPath,
  InputTransformer,
}: Pick<Target, 'Input' | 'InputPath' | 'InputTransformer'>): InputSettings => ({
  input: Input,
  inputPath: InputPath,
  inputTransformer: InputTransformer && {
    pathsMap: InputTransformer.InputPathsMap,
    template: InputTransformer.InputTemplate,
  },
});

const isGiven = (value: unknown): boolean => value !== undefined;
