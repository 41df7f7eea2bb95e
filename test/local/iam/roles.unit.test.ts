import { describe, expect, it } from '@jest/globals';
import { templateScope } from '../../../local/assembly/scope.ts';
import type { Template } from '../../../local/assembly/template.ts';
import { Access } from '../../../local/iam/access.ts';
import { allows } from '../../../local/iam/policy.ts';
import { type Role, rolesOf } from '../../../local/iam/roles.ts';
import { Principals } from '../../../local/principals.ts';

const deployment = { stackName: 'Probe', region: 'us-east-1', accountId: '000000000000' };
const ref = (logicalId: string) => ({ Ref: logicalId });
const allow = (Action: string) => ({ Effect: 'Allow', Action, Resource: '*' });
const document = (...Statement: object[]) => ({ PolicyDocument: { Statement } });

/** The template's `Role`. */
const roleOf = (resources: Template['Resources']): Role => {
  const template: Template = {
    Conditions: { Never: { 'Fn::Equals': ['a', 'b'] } },
    Resources: { Role: { Type: 'AWS::IAM::Role' }, ...resources },
  };
  const scope = templateScope(template, deployment, {
    ref: (logicalId) => (resources[logicalId]?.Type === 'AWS::IAM::ManagedPolicy' ? `arn:${logicalId}` : logicalId),
    attribute: (logicalId) => `arn:${logicalId}`,
  });
  return rolesOf(template, scope).get('arn:Role') as Role;
};

/** The actions that its statements name, in their order. */
const actionsOf = (resources: Template['Resources']): unknown[] =>
  roleOf(resources).statements.map(({ Action }) => Action);

describe('a role', () => {
  it('may do what its own policies say, and those that name it', () => {
    expect(
      actionsOf({
        Role: { Type: 'AWS::IAM::Role', Properties: { Policies: [document(allow('a:Inline'))] } },
        Policy: { Type: 'AWS::IAM::Policy', Properties: { Roles: [ref('Role')], ...document(allow('a:Named')) } },
        Other: { Type: 'AWS::IAM::Policy', Properties: { Roles: [ref('Else')], ...document(allow('a:Other')) } },
        Else: { Type: 'AWS::IAM::Role' },
      }),
    ).toEqual(['a:Inline', 'a:Named']);
  });

  it("may do what the template's managed policies say that it names", () => {
    expect(
      actionsOf({
        Role: {
          Type: 'AWS::IAM::Role',
          Properties: {
            ManagedPolicyArns: [{ 'Fn::ImportValue': 'x' }, ref('Managed'), 'arn:aws:iam::aws:policy/ReadOnlyAccess'],
          },
        },
        Managed: { Type: 'AWS::IAM::ManagedPolicy', Properties: document(allow('a:Managed')) },
        Unnamed: { Type: 'AWS::IAM::ManagedPolicy', Properties: document(allow('a:Unnamed')) },
      }),
    ).toEqual(['a:Managed']);
  });

  it('may do nothing by a policy that its condition leaves out', () => {
    expect(
      actionsOf({
        Policy: {
          Type: 'AWS::IAM::Policy',
          Condition: 'Never',
          Properties: { Roles: [ref('Role')], ...document(allow('a:Never')) },
        },
      }),
    ).toEqual([]);
  });

  it('is denied what a statement may deny that cannot be evaluated, and allowed nothing by one', () => {
    const unknown = { Resource: { 'Fn::ImportValue': 'x' } };
    const Policies = [
      document(allow('a:One'), { ...allow('a:Two'), ...unknown }, { Effect: 'Deny', Action: 'a:One', ...unknown }),
    ];
    const { statements } = roleOf({ Role: { Type: 'AWS::IAM::Role', Properties: { Policies } } });

    expect(['a:One', 'a:Two'].map((action) => allows(statements, action, 'r'))).toEqual([false, false]);
    expect(allows([...statements, allow('a:Three')], 'a:Three', 'r')).toBe(true);
  });

  it("may do nothing beyond its boundary, where that is one of the template's policies", () => {
    const bounded = (PermissionsBoundary: unknown) => {
      const principals = new Principals((name) => name.padEnd(40, '0'));
      const { accessKeyId } = principals.issue('Fn', { name: 'Fn', roleArn: 'arn:Role' });
      const access = new Access(principals, deployment.accountId);
      const Policies = [document(allow('a:*'))];
      const role = roleOf({
        Role: { Type: 'AWS::IAM::Role', Properties: { Policies, PermissionsBoundary } },
        Boundary: { Type: 'AWS::IAM::ManagedPolicy', Properties: document(allow('a:One')) },
      });
      access.open(() => new Map([[role.arn, role]]));
      return (action: string) => access.check(accessKeyId, undefined, action, 'r');
    };

    expect(() => bounded(ref('Boundary'))('a:One')).not.toThrow();
    expect(() => bounded(ref('Boundary'))('a:Two')).toThrow('is not authorized to perform: a:Two');
    expect(() => bounded('arn:aws:iam::000000000000:policy/of-the-account')('a:Two')).not.toThrow();
  });

  it('may be assumed for an hour, or for as long as it says', () => {
    const role = (Properties: Record<string, unknown>) => ({ Role: { Type: 'AWS::IAM::Role', Properties } });
    expect(roleOf(role({})).maxSessionSeconds).toBe(3_600);
    expect(roleOf(role({ MaxSessionDuration: 7_200 })).maxSessionSeconds).toBe(7_200);
  });
});
