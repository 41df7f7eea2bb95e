import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/**
 * A JSON value as DynamoDB holds it. Numbers go by their decimal text, so that large integers come back as they went;
 * undefined fields are left out.
 */
export function toAttribute(value: unknown): AttributeValue {
  switch (typeof value) {
    case 'string':
      return { S: value };
    case 'number':
      return { N: String(value) };
    case 'boolean':
      return { BOOL: value };
  }
  if (value === null) return { NULL: true };
  if (Array.isArray(value)) return { L: value.map(toAttribute) };
  if (typeof value !== 'object') throw new TypeError(`no attribute holds a ${typeof value}`);
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return { M: Object.fromEntries(fields.map(([name, field]) => [name, toAttribute(field)])) };
}

/** The JSON value that `toAttribute` stored. */
export function fromAttribute(attribute: AttributeValue): unknown {
  if (attribute.S !== undefined) return attribute.S;
  if (attribute.N !== undefined) return Number(attribute.N);
  if (attribute.BOOL !== undefined) return attribute.BOOL;
  if (attribute.L) return attribute.L.map(fromAttribute);
  if (!attribute.M) return null;
  return Object.fromEntries(Object.entries(attribute.M).map(([name, field]) => [name, fromAttribute(field)]));
}
