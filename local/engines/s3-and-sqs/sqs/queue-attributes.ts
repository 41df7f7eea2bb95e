import { invalidParameter, SqsError } from './errors.ts';

export type Attributes = Readonly<Record<string, string>>;

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
const ranges: Readonly<Record<string, readonly [byDefault: number, least: number, most: number]>> = {
  VisibilityTimeout: [30, 0, 43_200],
  DelaySeconds: [0, 0, 900],
  MaximumMessageSize: [1_048_576, 1_024, 1_048_576],
  MessageRetentionPeriod: [345_600, 60, 1_209_600],
  ReceiveMessageWaitTimeSeconds: [0, 0, 20],
};

const others = new Set([
  'RedrivePolicy',
  'RedriveAllowPolicy',
  'Policy',
  'KmsMasterKeyId',
  'KmsDataKeyReusePeriodSeconds',
  'SqsManagedSseEnabled',
]);

const ofFifoQueues = new Set(['FifoQueue', 'ContentBasedDeduplication']);

export const isFifoName = (name: string): boolean => name.endsWith('.fifo');

export const defaultsOf = (name: string): Attributes => ({
  ...Object.fromEntries(Object.entries(ranges).map(([attribute, [value]]) => [attribute, `${value}`])),
  ...(isFifoName(name) && { FifoQueue: 'true', ContentBasedDeduplication: 'false' }),
});

/** Throws if a queue with these attributes cannot have this name. */
export const checkName = (name: string, { FifoQueue }: Attributes): void => {
  if (FifoQueue !== 'true') {
    if (/^[\w-]{1,80}$/.test(name)) return;
    throw invalidParameter('Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length');
  }
  if (/^[\w-]{1,75}\.fifo$/.test(name)) return;
  const message =
    'The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length.';
  throw invalidParameter(message);
};

/** Throws if the queue with this name cannot have these attributes. */
export const checkAttributes = (name: string, attributes: Attributes): void => {
  const isFifo = isFifoName(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    const range = ranges[attribute];
    if (!range && !others.has(attribute) && !(isFifo && ofFifoQueues.has(attribute)))
      throw new SqsError('InvalidAttributeName', `Unknown Attribute ${attribute}.`);
    if (range && !(/^\d+$/.test(value) && Number(value) >= range[1] && Number(value) <= range[2]))
      throw invalid(attribute, `Must be between ${range[1]} and ${range[2]}.`);
  }
  const { FifoQueue = 'true', ContentBasedDeduplication = 'false', RedrivePolicy } = attributes;
  if (FifoQueue !== 'true') throw invalid('FifoQueue', 'Modifying queue type is not supported.');
  if (ContentBasedDeduplication !== 'true' && ContentBasedDeduplication !== 'false')
    throw invalid('ContentBasedDeduplication', 'Must be true or false.');
  if (RedrivePolicy) checkRedrivePolicy(isFifo, RedrivePolicy);
};

const checkRedrivePolicy = (isFifo: boolean, policy: string): void => {
  const target = deadLetterTargetOf(policy);
  if (target === undefined) throw invalid('RedrivePolicy', 'Redrive policy is not a valid JSON map.');
  if (isFifoName(target) === isFifo) return;
  const reason = 'Dead-letter queue must be same type of queue as the source..'; // with both full stops, as AWS
  throw invalidParameter(`Value ${policy} for parameter RedrivePolicy is invalid. Reason: ${reason}`);
};

const deadLetterTargetOf = (policy: string): string | undefined => {
  try {
    const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(policy);
    const target = String(deadLetterTargetArn);
    return target.startsWith('arn:') && Number(maxReceiveCount) >= 1 ? target : undefined;
  } catch {
    return undefined; // Not JSON.
  }
};

const invalid = (name: string, reason: string) =>
  new SqsError('InvalidAttributeValue', `Invalid value for the parameter ${name}. Reason: ${reason}`);
