import { type BadRequest, show } from './bad-request.ts';

const token = (text: string) => Buffer.from(text).toString('base64url');
const position = '2026-11-22T10:15:31.000Z#0190';
/** Queries with parameters that are wrong, repeated, unknown, missing or forged. */
export const badQueries: BadRequest[] = [
  ...['0', '-1', '1.5', '101', '1e1', 'ten', '', ' 5', '5 ', '05', '٥', '1'.repeat(1_000)].map(
    (limit) =>
      [
        '/order',
        [
          ['accountid', 'a1'],
          ['limit', limit],
        ],
        'limit',
      ] as const,
  ),
  ...[
    '',
    'x',
    '%',
    '../..',
    token('v1'),
    token('v1 '),
    token(` ${position}`),
    token(`../x ${position}`),
    token(`v1 ${position}\u0000`),
    token(`v1 ${position} more`),
    token('v1 yesterday#1'),
    token('v1 2026-11-22T10:15:31.000Z'),
    token('v1 2026-11-22T10:15:31.000Z#'),
    token('{"accountid":"a2"}'),
    token(`v1 ${position}é`),
    `${token(`v1 ${position}`)}=`,
    `${token(`v1 ${position}`)} `,
    Buffer.from(`v1 ${position}~~~???`).toString('base64'),
    token(`v1 ${position}${'x'.repeat(2_000)}`),
    token(`a2 v1 ${position}`),
    'null',
    '{}',
    '\u0000',
  ].map(
    (next) =>
      [
        '/order',
        [
          ['accountid', 'a1'],
          ['next', next],
        ],
        'next',
      ] as const,
  ),
  ['/order', [], 'accountid'],
  ['/invoice', [], 'accountid'],
  ['/order', [['vendorid', 'v1']], 'accountid'],
  ['/invoice', [['vendorid', 'v1']], 'accountid'],
  [
    '/order',
    [
      ['accountid', 'a1'],
      ['accountid', 'a2'],
    ],
    'accountid',
  ],
  [
    '/order',
    [
      ['accountid', 'a1'],
      ['accountid', 'a1'],
    ],
    'accountid',
  ],
  [
    '/order',
    [
      ['accountid', 'a1'],
      ['vendorid', 'v1'],
      ['vendorid', 'v2'],
    ],
    'vendorid',
  ],
  [
    '/order',
    [
      ['accountid', 'a1'],
      ['limit', '1'],
      ['limit', '2'],
    ],
    'limit',
  ],
  [
    '/invoice',
    [
      ['accountid', 'a1'],
      ['accountid', 'a2'],
    ],
    'accountid',
  ],
  [
    '/invoice',
    [
      ['accountid', 'a1'],
      ['vendorid', 'v1'],
      ['vendorid', 'v1'],
    ],
    'vendorid',
  ],
  [
    '/order',
    [
      ['accountid', 'a1'],
      ['vendorid', 'v1'],
      ['limit', '5'],
    ],
    'limit',
  ],
  [
    '/order',
    [
      ['accountid', 'a1'],
      ['vendorid', 'v1'],
      ['next', token(`v1 ${position}`)],
    ],
    'next',
  ],
  [
    '/order',
    [
      ['accountid', 'a1'],
      ['vendorId', 'v1'],
    ],
    'vendorId',
  ],
  [
    '/order',
    [
      ['accountid', 'a1'],
      ['__proto__', 'x'],
    ],
    '__proto__',
  ],
  ['/order', [['AccountId', 'a1']], 'AccountId'],
  [
    '/invoice',
    [
      ['accountid', 'a1'],
      ['key', 'invoices/a2/v1/x.json'],
    ],
    'key',
  ],
  [
    '/invoice',
    [
      ['accountid', 'a1'],
      ['limit', '5'],
    ],
    'limit',
  ],
].map(([path, query, field]) => ({
  name: `GET ${path} with ${show(Object(query).map((pair: string[]) => pair.join('=')))}`,
  request: { path: path as string, query: query as [string, string][] },
  status: 422,
  field: field as string,
}));
