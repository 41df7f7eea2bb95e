import { sentOrder } from '../events.ts';
import { type BadRequest, post, show } from './bad-request.ts';

const notJson = [
  '',
  ' ',
  '{',
  '}',
  '{]',
  '[',
  '"',
  'nul',
  'undefined',
  'NaN',
  '{"order":NaN}',
  '{"order":Infinity}',
  '{"order":-Infinity}',
  "{'order':{}}",
  '{order:{}}',
  '{"order":{},}',
  '{"order":{}}{}',
  '{"order":{"a":01}}',
  '{"order":{"a":1.}}',
  '{"order":{"a":.5}}',
  '{"order":{"a":+1}}',
  '{"order":{"a":0x10}}',
  '{"order":{"a":1_000}}',
  '{"order":{"a":"\n"}}',
  '{"order":{"a":"\u0000"}}',
  '{"order":{"a":"\\x41"}}',
  '{"order":{"a":"\\u12"}}',
  '{"order":/* */{}}',
  '<order/>',
  'order=1',
  '\uFEFF{"order":{}}',
  '{"order":{"a":tru}}',
].map(
  (text): BadRequest => ({
    name: `the body ${show(text)}, which is no JSON`,
    request: post(text),
    status: 400,
    field: 'body',
  }),
);

const orderBytes = (bytes: number[]) =>
  Buffer.concat([
    Buffer.from('{"order":{"city":"'),
    Buffer.from(bytes),
    Buffer.from(`",${JSON.stringify(sentOrder({ city: undefined })).slice(1)}}`),
  ]);
const notUtf8 = [
  [0xff],
  [0xc3],
  [0xc3, 0x28],
  [0x80],
  [0xe2, 0x82],
  [0xf0, 0x9f, 0x92],
  [0xed, 0xa0, 0x80],
  [0xc0, 0xaf],
  [0xf8, 0x88, 0x80, 0x80, 0x80],
  [0xfe, 0xff],
  [0xe9],
].map(
  (bytes): BadRequest => ({
    name: `a body with the bytes ${Buffer.from(bytes).toString('hex')}, which are no UTF-8`,
    request: post(orderBytes(bytes)),
    status: 400,
    field: 'body',
  }),
);

const wrongBodies: BadRequest[] = [
  ['null', 'body'],
  ['true', 'body'],
  ['1', 'body'],
  ['"order"', 'body'],
  ['[]', 'body'],
  ['[{"order":{}}]', 'body'],
  ['{}', 'order'],
  ['{"order":null}', 'order'],
  ['{"order":1}', 'order'],
  ['{"order":"a"}', 'order'],
  ['{"order":[]}', 'order'],
  ['{"order":true}', 'order'],
  ['{"orders":null}', 'orders'],
  ['{"orders":{}}', 'orders'],
  ['{"orders":[]}', 'orders'],
  ['{"orders":"a"}', 'orders'],
  ['{"orders":[null]}', 'orders[0]'],
  ['{"orders":[1,[]]}', 'orders[1]'],
  ['{"order":{},"orders":[]}', 'order'],
  ['{"Order":{}}', 'Order'],
  [JSON.stringify({ order: sentOrder(), note: 'x' }), 'note'],
  [JSON.stringify({ orders: Array.from({ length: 501 }, () => sentOrder()) }), 'orders'],
  [`{"orders":[${'[],'.repeat(20_000)}[]]}`, 'orders'],
].map(([text, field]) => ({
  name: `the body ${show(text)}`,
  request: post(text as string),
  status: 422,
  field: field as string,
}));

const wrongKeys = ['', 'k'.repeat(256), 'k'.repeat(5_000), 'clé', 'a\tb', '\u00a0'].map(
  (key): BadRequest => ({
    name: `the Idempotency-Key ${show(key)}`,
    request: post(JSON.stringify({ order: sentOrder() }), { 'Idempotency-Key': key }),
    status: 422,
    field: 'Idempotency-Key',
  }),
);

/** Bodies that are no JSON, no text or no post of orders; keys that are none. */
export const badBodies: readonly BadRequest[] = [...notJson, ...notUtf8, ...wrongBodies, ...wrongKeys];
