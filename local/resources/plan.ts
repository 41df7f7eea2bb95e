import { creationOrder } from '../assembly/creation-order.ts';
import { evaluate, type Scope, Unevaluable, unresolved } from '../assembly/evaluate.ts';
import { references } from '../assembly/intrinsics.ts';
import { type Deployment, templateScope } from '../assembly/scope.ts';
import type { ResourceDeclaration, Template } from '../assembly/template.ts';
import { StartError } from '../start-error.ts';
import { checkProperties } from './check-properties.ts';
import { describeNotRun } from './not-run.ts';
import type { ResourceType } from './resource-type.ts';

/** A resource that will be there: what it needs first, and how its type brings it to life. */
export interface PlannedResource {
  readonly logicalId: string;
  readonly declaration: ResourceDeclaration;
  /** Absent where the type is not run here. */
  readonly definition?: ResourceType;
  readonly needs: ReadonlySet<string>;
}

/** What the runtime makes of a template, before anything is started. */
export interface Plan {
  /** Each after all that it needs. */
  readonly resources: readonly PlannedResource[];
  /** Of each type, the properties that change nothing here. */
  readonly withoutEffect: ReadonlyMap<string, ReadonlySet<string>>;
  /** The types that are not run, with how many resources there are of each. */
  readonly notRun: ReadonlyMap<string, number>;
}

/**
 * Finds out what of `template` is run, in which order. Throws one `StartError` that names every resource type and every
 * property that is not known, each with its path.
 */
export const planResources = (
  template: Template,
  deployment: Deployment,
  types: ReadonlyMap<string, ResourceType>,
): Plan => {
  const scope = templateScope(template, deployment, { ref: () => unresolved, attribute: () => unresolved });
  const problems = template.Transform === undefined ? [] : ['Transform: macros are not run here'];
  const withoutEffect = new Map<string, Set<string>>();
  const notRun = new Map<string, number>();
  const planned = new Map<string, PlannedResource>();

  const plan = (logicalId: string, declaration: ResourceDeclaration): void => {
    if (typeof declaration?.Type !== 'string')
      throw new StartError(`${logicalId}: it has no Type, so that it is no resource`);
    const { Type: type, Properties: properties = {}, Condition: condition } = declaration;
    if (condition !== undefined && !scope.condition(condition)) return;
    const definition = types.get(type);
    if (!definition) {
      if (!describeNotRun(type)) problems.push(`${logicalId}: the resource type ${type} is not run here`);
      notRun.set(type, (notRun.get(type) ?? 0) + 1);
      planned.set(logicalId, { logicalId, declaration, needs: new Set() });
      return;
    }
    const evaluated = evaluate(properties, scope, `${logicalId}.Properties`) as object;
    const checked = checkProperties(definition, evaluated);
    problems.push(...checked.problems.map((problem) => `${logicalId} (${type}): ${problem}`));
    for (const path of checked.withoutEffect) addTo(withoutEffect, type, path);
    planned.set(logicalId, { logicalId, declaration, definition, needs: needsOf(declaration, scope) });
  };

  for (const [logicalId, declaration] of Object.entries(template.Resources)) {
    try {
      plan(logicalId, declaration);
    } catch (error) {
      if (!(error instanceof StartError || error instanceof Unevaluable)) throw error;
      problems.push(error instanceof StartError ? error.message : `${logicalId}: ${error.message}`);
    }
  }
  for (const { logicalId, needs } of planned.values()) {
    for (const name of needs) {
      if (Object.hasOwn(template.Resources, name) && !planned.has(name)) {
        problems.push(`${logicalId} needs ${name}, which its condition leaves out`);
      }
    }
  }
  if (problems.length > 0)
    throw new StartError(`the template can't be run here:\n${problems.map(indented).join('\n')}`);
  const order = creationOrder(new Map([...planned].map(([logicalId, { needs }]) => [logicalId, needs])));
  return { resources: order.flatMap((logicalId) => planned.get(logicalId) ?? []), withoutEffect, notRun };
};

const needsOf = ({ Properties, DependsOn = [] }: ResourceDeclaration, scope: Scope): Set<string> =>
  new Set([...references(Properties, scope.condition), ...[DependsOn].flat()]);

const addTo = (map: Map<string, Set<string>>, key: string, entry: string): void => {
  map.set(key, (map.get(key) ?? new Set()).add(entry));
};

const indented = (line: string): string => `  ${line}`;
