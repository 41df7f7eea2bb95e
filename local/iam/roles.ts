import { evaluate, type Scope, Unevaluable } from '../assembly/evaluate.ts';
import type { Template } from '../assembly/template.ts';
import { StartError } from '../start-error.ts';
import { type Statement, statementsOf } from './policy.ts';

/** What a role of the template may do, and who may assume it. */
export interface Role {
  readonly arn: string;
  readonly name: string;
  readonly statements: readonly Statement[];
  readonly trust: readonly Statement[];
  readonly maxSessionSeconds: number;
  /** What its permissions boundary lets it do at most, where that is a policy of the template. */
  readonly boundary?: readonly Statement[] | undefined;
}

/**
 * The roles of a template, by their ARN, with their inline policies and the template's policies that name them, or that
 * they name. Policies that AWS manages aren't known here; a statement that can't be evaluated here allows nothing, and
 * denies what it may deny.
 */
export const rolesOf = (template: Template, scope: Scope): ReadonlyMap<string, Role> => {
  const declared = Object.entries(template.Resources).filter(
    ([, { Condition }]) => Condition === undefined || scope.condition(Condition),
  );
  const attached = new Map<string, Statement[]>();
  const managed = new Map<unknown, readonly Statement[]>();
  for (const [logicalId, { Type, Properties = {} }] of declared) {
    if (Type !== 'AWS::IAM::Policy' && Type !== 'AWS::IAM::ManagedPolicy') continue;
    const statements = documentIn(Properties.PolicyDocument, scope, logicalId);
    if (Type === 'AWS::IAM::ManagedPolicy') managed.set(evaluated({ Ref: logicalId }, scope, logicalId), statements);
    for (const name of [evaluated(Properties.Roles, scope, logicalId) ?? []].flat().map(String))
      attached.set(name, [...(attached.get(name) ?? []), ...statements]);
  }
  const roles = declared.flatMap(([logicalId, { Type, Properties = {} }]): Role[] => {
    if (Type !== 'AWS::IAM::Role') return [];
    const [name, arn] = [{ Ref: logicalId }, { 'Fn::GetAtt': [logicalId, 'Arn'] }].map((intrinsic) =>
      evaluated(intrinsic, scope, logicalId),
    );
    if (typeof name !== 'string' || typeof arn !== 'string') return [];
    const inline = [Properties.Policies ?? []].flat() as { PolicyDocument?: unknown }[];
    const named = [Properties.ManagedPolicyArns ?? []].flat().flatMap((each) => evaluated(each, scope, logicalId));
    const statements = [
      ...inline.flatMap(({ PolicyDocument }) => documentIn(PolicyDocument, scope, logicalId)),
      ...named.flatMap((policyArn) => managed.get(policyArn) ?? []),
      ...(attached.get(name) ?? []),
    ];
    const trust = documentIn(Properties.AssumeRolePolicyDocument, scope, logicalId);
    const maxSessionSeconds = Number(evaluated(Properties.MaxSessionDuration, scope, logicalId) ?? 3_600);
    const boundary = managed.get(evaluated(Properties.PermissionsBoundary, scope, logicalId) ?? '');
    return [{ arn, name, trust, statements, maxSessionSeconds, boundary }];
  });
  return new Map(roles.map((role) => [role.arn, role]));
};

/** Each statement by itself, so that one that can't be evaluated takes no other with it. */
const documentIn = (document: unknown, scope: Scope, logicalId: string): readonly Statement[] =>
  statementsOf(document).flatMap((statement) => {
    const value = evaluated(statement, scope, logicalId);
    if (value !== undefined) return [value as Statement];
    const { Effect, Action } = statement;
    return Effect === 'Deny' ? [{ Effect, Action: evaluated(Action, scope, logicalId) ?? '*', ...anything }] : [];
  });

const anything = { Resource: '*', Principal: '*' };

const evaluated = (value: unknown, scope: Scope, logicalId: string): unknown => {
  try {
    return evaluate(value, scope, logicalId);
  } catch (error) {
    if (error instanceof Unevaluable || error instanceof StartError) return undefined;
    throw error;
  }
};
