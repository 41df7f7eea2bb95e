import { evaluate, type Scope, Unevaluable } from '../assembly/evaluate.ts';
import { withLocalOrigins } from '../assembly/public-url.ts';
import { type ResourceValues, templateScope } from '../assembly/scope.ts';
import type { ResourceDeclaration, Template } from '../assembly/template.ts';
import type { LocalContext } from '../context.ts';
import { StartError } from '../start-error.ts';
import { checkProperties } from './check-properties.ts';
import { describeNotRun } from './not-run.ts';
import type { Plan, PlannedResource } from './plan.ts';
import type { CreatedResource } from './resource-type.ts';

/**
 * Brings the planned resources to life, each as soon as all that it needs is there, and answers the scope in which the
 * rest of the template can be evaluated. Throws once nothing is under way any more.
 */
export const createResources = async (plan: Plan, template: Template, context: LocalContext): Promise<Scope> => {
  const created = new Map<string, CreatedResource>();
  const scope = templateScope(template, context, valuesOf(created, template));
  const creations = new Map<string, Promise<void>>();
  for (const resource of plan.resources) {
    const needed = [...resource.needs].map((name) => creations.get(name));
    const creation = async () => {
      await Promise.all(needed);
      created.set(resource.logicalId, await create(resource, scope, context));
    };
    creations.set(resource.logicalId, creation());
  }
  const outcomes = await Promise.allSettled(creations.values());
  const failures = new Set(outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : [])));
  if (failures.size > 0) throw asOne([...failures]);
  return scope;
};

const create = async (resource: PlannedResource, scope: Scope, context: LocalContext): Promise<CreatedResource> => {
  const { logicalId, declaration, definition } = resource;
  if (!definition) {
    const name = ownName(declaration, scope) ?? context.physicalName(logicalId, 64);
    return describeNotRun(declaration.Type)?.(name, context) as CreatedResource;
  }
  const evaluated = evaluate(declaration.Properties ?? {}, scope, `${logicalId}.Properties`);
  const checked = checkProperties(definition, withLocalOrigins(evaluated, context.apiOrigins) as object);
  if (checked.problems.length > 0) {
    throw new StartError(checked.problems.map((problem) => `${logicalId} (${definition.type}): ${problem}`).join('\n'));
  }
  try {
    return await definition.create({ logicalId, properties: checked.properties }, context);
  } catch (error) {
    if (error instanceof StartError || isAnswer(error))
      throw new StartError(`${logicalId} (${definition.type}): ${error.message}`, { cause: error });
    throw new Error(`${logicalId} (${definition.type}) could not be created`, { cause: error });
  }
};

/** A role's `RoleName`, a log group's `LogGroupName`; undefined where there is none, or it can't be evaluated here. */
const ownName = ({ Type, Properties }: ResourceDeclaration, scope: Scope): string | undefined => {
  try {
    const name = evaluate(Properties?.[`${Type.split('::').at(-1)}Name`], scope, Type);
    return typeof name === 'string' ? name : undefined;
  } catch (error) {
    if (error instanceof StartError || error instanceof Unevaluable) return undefined;
    throw error;
  }
};

/** Of a service, which says by its message what it doesn't take, or what it lacks. */
const isAnswer = (error: unknown): error is Error =>
  (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode !== undefined;

const valuesOf = (created: ReadonlyMap<string, CreatedResource>, template: Template): ResourceValues => {
  const find = (logicalId: string): CreatedResource => {
    const resource = created.get(logicalId);
    if (!resource) throw new Unevaluable(`${logicalId} is left out by its condition`);
    return resource;
  };
  return {
    ref: (logicalId) => find(logicalId).ref,
    attribute: (logicalId, attribute) => {
      const value = find(logicalId).attributes?.[attribute];
      if (value !== undefined) return value;
      throw new Unevaluable(`${logicalId} (${template.Resources[logicalId]?.Type}) has no attribute ${attribute} here`);
    },
  };
};

const asOne = (failures: readonly unknown[]): unknown =>
  failures.find((failure) => !(failure instanceof StartError)) ??
  new StartError(failures.map((failure) => (failure as StartError).message).join('\n'));
