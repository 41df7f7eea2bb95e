import type { Storage } from '../../../storage/storage.ts';
import { noSuchQueue, SqsError } from './errors.ts';
import { type Attributes, checkAttributes, checkName, defaultsOf, isFifoName } from './queue-attributes.ts';

export interface Queue {
  readonly name: string;
  readonly attributes: Attributes;
  /** Seconds since the epoch. */
  readonly created: number;
  readonly modified: number;
}

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
    checkName(name, attributes);
    checkAttributes(name, attributes);
    const known = this.find(name);
    if (!known)
      return this.#put({ name, attributes: { ...defaultsOf(name), ...attributes }, created: now, modified: now });
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

  setAttributes(queue: Queue, attributes: Attributes, now: number): Queue {
    checkAttributes(queue.name, attributes);
    const merged = { ...queue.attributes, ...attributes };
    const set = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== ''));
    return this.#put({ ...queue, attributes: set, modified: now });
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

export const isFifo = ({ name }: Queue): boolean => isFifoName(name);

export const seconds = ({ attributes }: Queue, name: string): number => Number(attributes[name]);

/** Where a message goes that was received too often, and after how many times. */
export const redriveOf = ({ attributes }: Queue): { readonly name: string; readonly most: number } | undefined => {
  if (!attributes.RedrivePolicy) return undefined;
  const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(attributes.RedrivePolicy);
  return { name: String(deadLetterTargetArn).split(':').at(-1) ?? '', most: Number(maxReceiveCount) };
};
