import type { $ZodType } from 'zod/v4/core';
import type { LocalContext } from '../context.ts';

export type EngineName = 'kinesis' | 'dynamodb' | 'dynamodbStreams' | 's3' | 'sqs';

/** What `Ref` and `Fn::GetAtt` of a resource evaluate to. */
export interface CreatedResource {
  readonly ref: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** One resource of the template, its intrinsics evaluated. */
interface TemplateResource<Properties> {
  readonly logicalId: string;
  readonly properties: Properties;
}

/**
 * How one CloudFormation resource type comes to life locally: one file each, found by its type, never by a stack's
 * names. Start-up stops, naming the path, at a property that stands neither in `properties` nor in `withoutEffect`.
 */
export interface ResourceType<Properties = unknown> {
  readonly type: `AWS::${string}`;
  /** The engines without which it can't live: the runtime starts those that some resource of the template needs. */
  readonly engines?: readonly EngineName[];
  /** Whether it calls services under a role of its own: its key is then among `context.principals` from the start. */
  readonly signs?: boolean;
  /**
   * The properties that are run, as a strict schema (of `zod/mini`): an unknown key or an
   * unsupported value stops the start.
   */
  readonly properties: $ZodType<Properties>;
  /** Top-level properties (or dotted paths) that change nothing on a laptop; named in one line at start. */
  readonly withoutEffect: readonly string[];
  /** Brings it to life. What must wait until every resource exists goes to `context.whenCreated`. */
  create(resource: TemplateResource<Properties>, context: LocalContext): Promise<CreatedResource>;
}

/** Types `create` by the schema; the registry holds them untyped. */
export const resourceType = <Properties>(definition: ResourceType<Properties>): ResourceType =>
  definition as ResourceType;
