import { sentOrder } from '../events.ts';
import { type BadRequest, details, post } from './bad-request.ts';

/** The valid order as text, with `raw` JSON written in front of its other fields. */
const withRaw = (raw: string) => `{"order":{${raw},${JSON.stringify(sentOrder()).slice(1)}}`;

const nested = (depth: number, open: string, close: string) => open.repeat(depth) + close.repeat(depth);
/** Orders that JSON allows and nobody could keep as they are. */
export const badJson: BadRequest[] = [
  ['the accountid twice', withRaw('"accountid":"a2"'), 'order.accountid'],
  ['the accountid twice, once escaped', withRaw('"\\u0061ccountid":"a2"'), 'order.accountid'],
  ['an unknown field twice', withRaw('"x":1,"x":1'), 'order.x'],
  ['an unknown field twice, deep down', withRaw('"x":[{"y":{"z":1,"z":2}}]'), 'order.x[0].y.z'],
  ['the order twice', `{"order":{},${JSON.stringify({ order: sentOrder() }).slice(1)}`, 'order'],
  ['the orders twice', `{"orders":[],${JSON.stringify({ orders: [sentOrder()] }).slice(1)}`, 'orders'],
  ['the details twice', withRaw('"details":{}'), 'order.details'],
  ['__proto__', withRaw('"__proto__":{"accountid":"a2"}'), 'order.__proto__'],
  ['__proto__, escaped', withRaw('"\\u005f_proto__":{}'), 'order.__proto__'],
  ['__proto__ beside the order', `{"__proto__":{},${JSON.stringify({ order: sentOrder() }).slice(1)}`, '__proto__'],
  ['__proto__ deep down', withRaw('"x":{"y":[{"__proto__":null}]}'), 'order.x.y[0].__proto__'],
  ['a field without a name', withRaw('"":1'), 'order.'],
  ['a field with an endless name', withRaw(`"${'n'.repeat(256)}":1`), `order.${'n'.repeat(100)}…`],
  ['1e400', withRaw('"x":1e400'), 'order.x'],
  ['-1e400', withRaw('"x":-1e400'), 'order.x'],
  ['1e126', withRaw('"x":1e126'), 'order.x'],
  ['1e-131', withRaw('"x":1e-131'), 'order.x'],
  ['1e-400', withRaw('"x":1e-400'), 'order.x'],
  ['1.7976931348623157e308', withRaw('"x":1.7976931348623157e308'), 'order.x'],
  ['5e-324', withRaw('"x":[0,5e-324]'), 'order.x[1]'],
  ['an integer above 2^53', withRaw('"x":9007199254740993'), 'order.x'],
  ['an integer of 40 digits', withRaw(`"x":${'1234567890'.repeat(4)}`), 'order.x'],
  ['a fraction of 30 digits', withRaw('"x":0.123456789012345678901234567890'), 'order.x'],
  ['a number of a million digits', withRaw(`"x":${'9'.repeat(1_000_000)}`), 'order.x'],
  ['half of a surrogate pair', withRaw('"x":"\\ud800"'), 'order.x'],
  ['the other half of a surrogate pair', withRaw('"x":"a\\udc00b"'), 'order.x'],
  ['half of a surrogate pair in the city', JSON.stringify({ order: sentOrder({ city: '\ud83d' }) }), 'order.city'],
  ['half of a surrogate pair in a name', withRaw('"\\ud800":1'), 'order.\uFFFD'],
  ['lists 23 levels deep', withRaw(`"x":${nested(23, '[', ']')}`), `order.x${'[0]'.repeat(22)}`],
  ['lists 100,000 levels deep', withRaw(`"x":${nested(100_000, '[', ']')}`), `order.x${'[0]'.repeat(22)}`],
  [
    'objects 100,000 levels deep',
    withRaw(`"x":${'{"y":'.repeat(100_000)}1${'}'.repeat(100_000)}`),
    `order.x${'.y'.repeat(22)}`,
  ],
  ['lists a million levels deep for a body', nested(1_000_000, '[', ']'), 'body'],
  [
    'lists 100,000 levels deep for an accountid',
    JSON.stringify({ order: sentOrder({ accountid: '*' }) }).replace('"*"', nested(100_000, '[', ']')),
    'order.accountid',
  ],
  ['an order of 300 KB', JSON.stringify({ order: sentOrder({ x: 'x'.repeat(300_000) }) }), 'order'],
  ['an order of 5 MB', JSON.stringify({ order: sentOrder({ x: 'x'.repeat(5_000_000) }) }), 'order'],
  [
    'an order of 100,000 fields',
    JSON.stringify({ order: sentOrder(Object.fromEntries(Array.from({ length: 100_000 }, (_, n) => [`f${n}`, n]))) }),
    'order',
  ],
  [
    'an order whose one-digit numbers fill 250 KB',
    JSON.stringify({ order: sentOrder({ x: Array.from({ length: 125_000 }, () => 1) }) }),
    'order',
  ],
  ['one order of 300 KB in a batch', JSON.stringify({ orders: [sentOrder({ x: 'x'.repeat(300_000) })] }), 'orders[0]'],
  [
    'a wrong order in a batch',
    JSON.stringify({ orders: [sentOrder({ vendorid: '/' }), sentOrder({ details: { ...details, quantity: 0 } })] }),
    'orders[1].details.quantity',
  ],
  [
    'a doubled field in an order of a batch',
    `{"orders":[${withRaw('"city":""').slice(9)}]}`.replace('}}]}', '}]}'),
    'orders[0].city',
  ],
].map(([name, body, field]) => ({
  name: `an order with ${name}`,
  request: post(body as string),
  status: 422,
  field: field as string,
}));
