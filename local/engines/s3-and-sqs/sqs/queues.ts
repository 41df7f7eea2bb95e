import type { Storage } from '../../../storage/storage.ts';
import { invalidParameter, noSuchQueue, SqsError } from './errors.ts';

export type Attributes = Readonly<Record<string, string>>;

export interface Queue {
  readonly name: string;
  readonly attributes: Attributes;
  /** Seconds since the epoch. */
  readonly created: number;
  readonly modified: number;
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
const ranges: Readonly<Record<string, readonly [byDefault: number, least: number, most: number]>> = {
  VisibilityTimeout: [30, 0, 43_200],
  DelaySeconds: [0, 0, 900],
  MaximumMessageSize: [1_048_576, 1_024, 1_048_576],
  MessageRetentionPeriod: [345_600, 60, 1_209_600],
  ReceiveMessageWaitTimeSeconds: [0, 0, 20],
};

const defaults: Attributes = Object.fromEntries(Object.entries(ranges).map(([name, [value]]) => [name, `${value}`]));

const others = new Set([
  'RedrivePolicy',
  'RedriveAllowPolicy',
  'Policy',
  'KmsMasterKeyId',
  'KmsDataKeyReusePeriodSeconds',
  'SqsManagedSseEnabled',
]);

const account = '000000000000';
const region = process.env.AWS_REGION ?? 'us-east-1';

export const arnOf = (name: string): string => `arn:aws:sqs:${region}:${account}:${name}`;

/** The address that the client called, so that it is right whatever port the engine has next. */
export const urlOf = (name: string, host: string): string => `http://${host}/${account}/${name}`;

/** The queues, at `queue~NAME`. */
export class Queues {
  readonly #storage: Storage;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** A queue that is there with the same attributes is left as it is. */
  create(name: string, attributes: Attributes, now: number): Queue {
    if (name.endsWith('.fifo') || attributes.FifoQueue !== undefined)
      throw new SqsError('UnsupportedOperation', 'FIFO queues are not run here.');
    check(attributes);
    if (!/^[\w-]{1,80}$/.test(name)) {
      throw invalidParameter('Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length');
    }
    const known = this.find(name);
    if (!known) return this.#put({ name, attributes: { ...defaults, ...attributes }, created: now, modified: now });
    for (const [attribute, value] of Object.entries(attributes)) {
      if (known.attributes[attribute] === value) continue;
      const message = `A queue already exists with the same name and a different value for attribute ${attribute}`;
      throw new SqsError('QueueNameExists', message);
    }
    return known;
  }

  find(name: string): Queue | undefined {
    const text = this.#storage.getText(entry(name));
    return text === undefined ? undefined : JSON.parse(text);
  }

  get(name: string): Queue {
    const queue = this.find(name);
    if (!queue) throw noSuchQueue();
    return queue;
  }

  /** The queue that a URL ends with, whatever host it names. */
  byUrl(url: string): Queue {
    return this.get(url.slice(url.lastIndexOf('/') + 1));
  }

  list(prefix: string, after = ''): Queue[] {
    const from = after === '' ? { gte: entry(prefix) } : { gt: entry(after) };
    const range = { ...from, lt: `${entry(prefix)}\u007f` };
    return Array.from(this.#storage.texts(range), ([, text]) => JSON.parse(text));
  }

  setAttributes(queue: Queue, attributes: Attributes, now: number): void {
    check(attributes);
    const merged = { ...queue.attributes, ...attributes };
    const set = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== ''));
    this.#put({ ...queue, attributes: set, modified: now });
  }

  remove({ name }: Queue): void {
    this.#storage.delete(entry(name));
  }

  #put(queue: Queue): Queue {
    this.#storage.put(entry(queue.name), JSON.stringify(queue));
    return queue;
  }
}

const entry = (name: string) => `queue~${name}`;

export const seconds = ({ attributes }: Queue, name: string): number => Number(attributes[name]);

/** Where a message goes that was received too often, and after how many times. */
export const redriveOf = ({ attributes }: Queue): { readonly name: string; readonly most: number } | undefined => {
  if (!attributes.RedrivePolicy) return undefined;
  const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(attributes.RedrivePolicy);
  return { name: String(deadLetterTargetArn).split(':').at(-1) ?? '', most: Number(maxReceiveCount) };
};

const check = (attributes: Attributes): void => {
  for (const [name, value] of Object.entries(attributes)) {
    const range = ranges[name];
    if (!range && !others.has(name)) throw new SqsError('InvalidAttributeName', `Unknown Attribute ${name}.`);
    if (range && !(/^\d+$/.test(value) && Number(value) >= range[1] && Number(value) <= range[2]))
      throw invalid(name, `Must be between ${range[1]} and ${range[2]}.`);
  }
  if (!attributes.RedrivePolicy) return;
  try {
    const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(attributes.RedrivePolicy);
    if (String(deadLetterTargetArn).startsWith('arn:') && Number(maxReceiveCount) >= 1) return;
  } catch {
    // Not JSON.
  }
  throw invalid('RedrivePolicy', 'Redrive policy is not a valid JSON map.');
};

const invalid = (name: string, reason: string) =>
  new SqsError('InvalidAttributeValue', `Invalid value for the parameter ${name}. Reason: ${reason}`);
