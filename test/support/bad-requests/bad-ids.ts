import { type BadRequest, postOrder, show } from './bad-request.ts';

const wrongIds = [
  '',
  ' ',
  '/',
  '..',
  '.',
  '../a2',
  'a/b',
  'a#b',
  'a\u0000',
  '\u0000',
  'a b',
  'a%2eb',
  '%2e%2e',
  '%00',
  '-a',
  '_a',
  '@a',
  '.a',
  'a\n',
  '\ta',
  'a\\b',
  'a?b',
  'a&b',
  'a=b',
  'a+b',
  'a:b',
  'a;b',
  'a,b',
  'a*',
  "a'b",
  'a"b',
  '<a>',
  'a|b',
  '{a}',
  'ä',
  'аccount',
  '账户',
  'حساب',
  '１２',
  'a\u0301',
  '\u202Ea',
  'a\u200Bb',
  '😀',
  'a'.repeat(65),
  'a'.repeat(5_000),
  '__proto__',
];
const wrongTypes = [null, 1, true, [], ['a1'], {}, { a: 1 }];

const wrongIdsPosted = ['accountid', 'vendorid'].flatMap((id) =>
  [...wrongIds, ...wrongTypes].map(
    (value): BadRequest => ({
      name: `an order with the ${id} ${show(value)}`,
      request: postOrder({ [id]: value }),
      status: 422,
      field: `order.${id}`,
    }),
  ),
);

const wrongIdsAsked = wrongIds.flatMap((value): BadRequest[] =>
  [
    { path: '/order', query: [['accountid', value]], field: 'accountid' },
    {
      path: '/order',
      query: [
        ['accountid', 'a1'],
        ['vendorid', value],
      ],
      field: 'vendorid',
    },
    { path: '/invoice', query: [['accountid', value]], field: 'accountid' },
    {
      path: '/invoice',
      query: [
        ['accountid', 'a1'],
        ['vendorid', value],
      ],
      field: 'vendorid',
    },
  ].map(({ path, query, field }) => ({
    name: `GET ${path} with the ${field} ${show(value)}`,
    request: { path, query: query as [string, string][] },
    status: 422,
    field,
  })),
);

/** Ids that are none, posted and asked for. */
export const badIds: readonly BadRequest[] = [...wrongIdsPosted, ...wrongIdsAsked];
