import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { EventSourcingStack } from '../../lib/event-sourcing-stack.ts';
import { bundlesContext } from '../../lib/parts/app-function.ts';
import { readSettings } from '../../lib/settings.ts';

export const functionNames = [
  'check-event',
  'ingest-order',
  'presign-invoice',
  'project-invoice',
  'project-order',
  'query-orders',
] as const;

/** Every setting away from its default. */
export const everythingOn = {
  auth: 'iam',
  throttle: '100/50',
  production: 'true',
  shards: 'onDemand',
  retention: '8760',
  enhancedFanOut: 'check-event,project-invoice,project-order',
};

const cdkJson = JSON.parse(readFileSync(join(import.meta.dirname, '../../cdk.json'), 'utf8'));

/** The app as `bin/` makes it, with the context of `cdk.json` and of a command line, without bundling. */
export function stackWith(context: Record<string, string> = {}): { app: App; stack: EventSourcingStack } {
  const app = new App({
    context: { ...cdkJson.context, [bundlesContext]: stubBundles(), ...context },
    builtinCloudFormationValidation: false,
  });
  const stack = new EventSourcingStack(
    app,
    'EventSourcing',
    readSettings((key) => app.node.tryGetContext(key)),
  );
  return { app, stack };
}

export const templateWith = (context?: Record<string, string>): Template =>
  Template.fromStack(stackWith(context).stack);

let stubs: string | undefined;

function stubBundles(): string {
  if (stubs) return stubs;
  const directory = mkdtempSync(join(tmpdir(), 'bundles-'));
  for (const name of functionNames) {
    mkdirSync(join(directory, name));
    writeFileSync(join(directory, name, 'handler.cjs'), `exports.handler = async () => '${name}';`);
  }
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  stubs = directory;
  return directory;
}
