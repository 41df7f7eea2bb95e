import { evaluateCondition, type Scope, Unevaluable } from './evaluate.ts';
import type { ParameterDeclaration, Template } from './template.ts';

/** The account, region and stack that the pseudo parameters stand for. */
export interface Deployment {
  readonly stackName: string;
  readonly region: string;
  readonly accountId: string;
}

/** How the resources of a template are looked up; each throws an `Unevaluable` where there is no value. */
export interface ResourceValues {
  ref(logicalId: string): unknown;
  attribute(logicalId: string, attribute: string): unknown;
}

/** The scope of `template`: its parameters by their defaults, its conditions, the pseudo parameters and `resources`. */
export const templateScope = (template: Template, deployment: Deployment, resources: ResourceValues): Scope => {
  const pseudo = pseudoParameters(deployment);
  const conditions = new Map<string, boolean | 'evaluating'>();
  const condition = (name: string): boolean => {
    const known = conditions.get(name);
    if (known === 'evaluating') throw new Unevaluable(`the condition ${name} refers to itself`);
    if (known !== undefined) return known;
    const declared = own(template.Conditions, name);
    if (declared === undefined) throw new Unevaluable(`there is no condition ${name}`);
    conditions.set(name, 'evaluating');
    const value = evaluateCondition(declared, scope, `Conditions.${name}`);
    conditions.set(name, value);
    return value;
  };
  const scope: Scope = {
    ref: (name) => {
      if (pseudo.has(name)) return pseudo.get(name);
      const parameter = own(template.Parameters, name);
      if (parameter) return parameterValue(name, parameter);
      if (own(template.Resources, name)) return resources.ref(name);
      throw new Unevaluable(`there is no parameter and no resource ${name}`);
    },
    attribute: (logicalId, attribute) => {
      if (own(template.Resources, logicalId)) return resources.attribute(logicalId, attribute);
      throw new Unevaluable(`there is no resource ${logicalId}`);
    },
    condition,
    mappings: template.Mappings ?? {},
  };
  return scope;
};

const pseudoParameters = ({ stackName, region, accountId }: Deployment): Map<string, unknown> =>
  new Map<string, unknown>([
    ['AWS::Region', region],
    ['AWS::AccountId', accountId],
    ['AWS::Partition', 'aws'],
    ['AWS::URLSuffix', 'amazonaws.com'],
    ['AWS::StackName', stackName],
    ['AWS::StackId', `arn:aws:cloudformation:${region}:${accountId}:stack/${stackName}/local`],
    ['AWS::NotificationARNs', []],
    ['AWS::NoValue', undefined],
  ]);

/** A parameter's default, in its type. Values that lie in SSM can't be known here. */
const parameterValue = (name: string, { Type, Default }: ParameterDeclaration): unknown => {
  if (Type.startsWith('AWS::SSM::')) throw new Unevaluable(`the value of the parameter ${name} lies in SSM`);
  if (Default === undefined) throw new Unevaluable(`the parameter ${name} has no default`);
  if (Type === 'Number') return Number(Default);
  const entries = () =>
    String(Default)
      .split(',')
      .map((entry) => entry.trim());
  if (Type === 'CommaDelimitedList' || (Type.startsWith('List<') && Type !== 'List<Number>')) return entries();
  return Type === 'List<Number>' ? entries().map(Number) : Default;
};

const own = <Value>(record: Readonly<Record<string, Value>> | undefined, key: string): Value | undefined =>
  record && Object.hasOwn(record, key) ? record[key] : undefined;
