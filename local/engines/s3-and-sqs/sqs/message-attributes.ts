import { hash } from 'node:crypto';
import { invalidParameter, SqsError } from './errors.ts';
import { type Input, isObject } from './input.ts';

export interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  /** Base64 */
  readonly BinaryValue?: string;
}

export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html */
export const readMessageAttributes = (input: Input): MessageAttributes => {
  const attributes = input.MessageAttributes ?? {};
  if (!isObject(attributes)) throw new SqsError('SerializationException', 'MessageAttributes is of another type.');
  for (const [name, attribute] of Object.entries(attributes)) {
    const { DataType, StringValue, BinaryValue } = isObject(attribute) ? attribute : {};
    const isBinary = String(DataType).startsWith('Binary');
    if (!/^(String|Number|Binary)(\.|$)/.test(String(DataType)))
      throw invalidParameter(`The type of message attribute '${name}' is invalid.`);
    if (typeof (isBinary ? BinaryValue : StringValue) !== 'string')
      throw invalidParameter(`The message attribute '${name}' must contain a non-empty value of its type.`);
  }
  return attributes as unknown as MessageAttributes;
};

/** The bytes that count towards the limit of a message. */
export const sizeOf = (body: string, attributes: MessageAttributes): number =>
  Object.entries(attributes).reduce(
    (sum, [name, attribute]) => sum + Buffer.byteLength(name + attribute.DataType) + bytesOf(attribute).length,
    Buffer.byteLength(body),
  );

/** Undefined where there are no attributes. */
export const md5OfAttributes = (attributes: MessageAttributes): string | undefined => {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  const parts = names.flatMap((name) => {
    const attribute = attributes[name] as MessageAttribute;
    const isBinary = attribute.DataType.startsWith('Binary');
    return [
      ...counted(name),
      ...counted(attribute.DataType),
      Buffer.of(isBinary ? 2 : 1),
      ...counted(bytesOf(attribute)),
    ];
  });
  return hash('md5', Buffer.concat(parts));
};

const bytesOf = ({ DataType, StringValue = '', BinaryValue = '' }: MessageAttribute): Buffer =>
  DataType.startsWith('Binary') ? Buffer.from(BinaryValue, 'base64') : Buffer.from(StringValue);

const counted = (value: string | Buffer): readonly [Buffer, Buffer] => {
  const bytes = Buffer.from(value as string);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return [length, bytes];
};

/** Those attributes that a receiver asked for: by name, by `prefix.*`, or all of them. */
export const requestedOf = (attributes: MessageAttributes, requested: readonly string[]): MessageAttributes => {
  if (requested.includes('All') || requested.includes('.*')) return attributes;
  const isRequested = (name: string) =>
    requested.some((one) => one === name || (one.endsWith('.*') && name.startsWith(one.slice(0, -1))));
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => isRequested(name)));
};
