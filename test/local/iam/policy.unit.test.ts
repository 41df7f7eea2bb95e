import { allows, type Statement, statementsOf, trusts } from '../../../local/iam/policy.ts';

const arn = 'arn:aws:lambda:us-east-1:000000000000:function:f';
const allow = (more: Statement = {}): Statement => ({
  Effect: 'Allow',
  Action: 'lambda:InvokeFunction',
  Resource: arn,
  ...more,
});

describe('a policy', () => {
  it.each<[string, Statement[], boolean]>([
    ['nothing', [], false],
    ['the action on the resource', [allow()], true],
    [
      'it among others',
      [allow({ Action: ['lambda:GetFunction', 'lambda:InvokeFunction'], Resource: ['x', arn] })],
      true,
    ],
    ['another action', [allow({ Action: 'lambda:GetFunction' })], false],
    ['another resource', [allow({ Resource: `${arn}2` })], false],
    ['a longer resource', [allow({ Resource: `${arn}:*` })], false],
    ['the action in other letters', [allow({ Action: 'Lambda:invokefunction' })], true],
    ['the resource in other letters', [allow({ Resource: arn.toUpperCase() })], false],
    ['patterns', [allow({ Action: 'lambda:Invoke*', Resource: 'arn:aws:lambda:*:*:function:?' })], true],
    ['everything', [allow({ Action: '*', Resource: '*' })], true],
    ['a dot that is no pattern', [allow({ Resource: arn.replace('us-east-1', 'us.east.1') })], false],
    ['it, and denies it', [allow(), allow({ Effect: 'Deny' })], false],
    ['it, and denies something else', [allow(), allow({ Effect: 'Deny', Resource: 'x' })], true],
    ['it on a condition', [allow({ Condition: { Bool: {} } })], false],
    ['it, and denies it on a condition', [allow(), allow({ Effect: 'Deny', Condition: { Bool: {} } })], false],
    ['all but another action', [allow({ Action: undefined, NotAction: 'x' })], false],
    ['it, and denies all but another action', [allow(), { Effect: 'Deny', NotAction: 'x', Resource: '*' }], false],
  ])('of %s', (_, statements, allowed) => expect(allows(statements, 'lambda:InvokeFunction', arn)).toBe(allowed));

  it('may hold one statement or several', () => {
    expect(statementsOf({ Statement: allow() })).toEqual([allow()]);
    expect(statementsOf({ Statement: [allow(), allow()] })).toHaveLength(2);
    expect(statementsOf(undefined)).toEqual([]);
  });
});

describe('a trust policy', () => {
  const trust = (Principal: unknown, more: Statement = {}): Statement[] => [
    { Effect: 'Allow', Action: 'sts:AssumeRole', Principal, ...more },
  ];
  it.each<[string, Statement[], boolean]>([
    ['the account', trust({ AWS: 'arn:aws:iam::000000000000:root' }), true],
    ['the account by its number', trust({ AWS: ['111111111111', '000000000000'] }), true],
    ['another account', trust({ AWS: 'arn:aws:iam::111111111111:root' }), false],
    ['a service', trust({ Service: 'lambda.amazonaws.com' }), false],
    ['everyone', trust('*'), true],
    ['the account, on a condition', trust({ AWS: '*' }, { Condition: {} }), false],
    ['the account, and denies it', [...trust('*'), ...trust('*', { Effect: 'Deny' })], false],
    [
      'the account, and denies it on a condition',
      [...trust('*'), ...trust('*', { Effect: 'Deny', Condition: {} })],
      false,
    ],
    ['the account, and denies another', [...trust('*'), ...trust({ AWS: '111111111111' }, { Effect: 'Deny' })], true],
    ['nobody', [], false],
  ])('of %s', (_, statements, trusted) => expect(trusts(statements, '000000000000', undefined)).toBe(trusted));
});
