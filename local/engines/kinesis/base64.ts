import { serialization } from './errors.ts';

const base64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** How many bytes a base64 text stands for. */
export const decodedLength = (text: string): number => {
  const { length } = text;
  if (text.charCodeAt(length - 1) !== padding) return (length / 4) * 3;
  return (length / 4) * 3 - (text.charCodeAt(length - 2) === padding ? 2 : 1);
};

const padding = 61; // =

/** Throws a SerializationException for a text that no bytes are encoded as. */
export const checkBase64 = (text: string): void => {
  const { length } = text;
  if (length % 4 !== 0)
    throw badBlob(text, `Base64 encoded length is expected a multiple of 4 bytes but found: ${length}`);
  if (!base64.test(text)) {
    const found = /[^A-Za-z0-9+/=]|=(?=[^=])/.exec(text)?.[0] ?? '=';
    throw badBlob(text, `Invalid Base64 character: '${found}'`);
  }
  if (text.charCodeAt(length - 1) !== padding) return;
  const [last, possible] =
    text.charCodeAt(length - 2) === padding
      ? [text.charAt(length - 3), 'AQgw']
      : [text.charAt(length - 2), 'AEIMQUYcgkosw048'];
  if (!possible.includes(last)) throw badBlob(text, 'Invalid last non-pad Base64 character dectected');
};

const badBlob = (text: string, reason: string) =>
  serialization(`'${text.length > 200 ? `${text.slice(0, 200)}…` : text}' can not be converted to a Blob: ${reason}`);
