import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type AppProps } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { EventSourcingStack } from '../../lib/event-sourcing-stack.ts';
import { bundlesContext } from '../../lib/parts/app-function.ts';
import { readSettings } from '../../lib/settings.ts';

export const functionNames = [
  'aggregate-revenue',
  'archive-event',
  'check-event',
  'format-revenue-line',
  'handle-task-command',
  'ingest-order',
  'keep-stock',
  'presign-invoice',
  'produce-sales',
  'project-invoice',
  'project-invoice-green',
  'project-order',
  'project-order-green',
  'project-task',
  'publish-task-event',
  'query-history',
  'query-orders',
  'query-revenue',
  'query-tasks',
] as const;

/**
 * The folders in `lambda/`: one for each function, whatever its slot, and one for the two of the batching comparison.
 */
export const folders = [...functionNames.filter((name) => !name.endsWith('-green')), 'put-item'].toSorted();

/** Every setting away from its default, but for the regions: naming one changes what every ARN looks like. */
export const everythingOn = {
  auth: 'iam',
  throttle: '100/50',
  production: 'true',
  shards: 'onDemand',
  retention: '8760',
  enhancedFanOut: 'check-event,project-invoice,project-order',
  revenueWindow: '300',
  revenueLateness: '1440',
  batchingComparison: 'true',
};

const scratch = mkdtempSync(join(tmpdir(), 'synth-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const stubBundles = join(scratch, 'bundles');
for (const name of folders) {
  mkdirSync(join(stubBundles, name), { recursive: true });
  writeFileSync(join(stubBundles, name, 'handler.cjs'), `exports.handler = async () => '${name}';`);
}

const cdkJson = JSON.parse(readFileSync(join(import.meta.dirname, '../../cdk.json'), 'utf8'));

/** The app as `bin/` makes it, with the context of `cdk.json` and of a command line, without bundling. */
export function stackWith(
  context: Record<string, string> = {},
  props: AppProps = {},
): { app: App; stack: EventSourcingStack } {
  const app = new App({
    outdir: mkdtempSync(join(scratch, 'cdk.out-')),
    context: { ...cdkJson.context, [bundlesContext]: stubBundles, ...context },
    builtinCloudFormationValidation: false,
    ...props,
  });
  const stack = new EventSourcingStack(app, 'EventSourcing', readSettings(app.node.getAllContext()));
  return { app, stack };
}

export const templateWith = (context?: Record<string, string>): Template =>
  Template.fromStack(stackWith(context).stack);

export interface Resource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: a template's properties have no one shape
  readonly Properties: Record<string, any>;
  readonly DependsOn?: readonly string[];
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

/** The resources of `type` with these properties, by logical id. */
export const resourcesOf = (template: Template, type: string, properties: object = {}): [string, Resource][] =>
  Object.entries(template.findResources(type, { Properties: properties })) as [string, Resource][];

/** The one resource of `type` with these properties, and its logical id. */
export function theOne(template: Template, type: string, properties: object = {}): [string, Resource] {
  const [found, ...others] = resourcesOf(template, type, properties);
  if (!found || others.length > 0) throw new Error(`${others.length + (found ? 1 : 0)} of ${type} instead of one`);
  return found;
}

export const functionId = (template: Template, name: string): string =>
  theOne(template, 'AWS::Lambda::Function', { Description: name })[0];

/** The event source mapping that feeds the function, and its logical id. */
export const mappingOf = (template: Template, name: string): [string, Resource] =>
  theOne(template, 'AWS::Lambda::EventSourceMapping', { FunctionName: { Ref: functionId(template, name) } });

/** The policies of the function's role, by logical id. */
export function policiesOf(template: Template, name: string): [string, Resource][] {
  const [, { Properties }] = theOne(template, 'AWS::Lambda::Function', { Description: name });
  return resourcesOf(template, 'AWS::IAM::Policy', { Roles: [{ Ref: Properties.Role['Fn::GetAtt'][0] }] });
}
