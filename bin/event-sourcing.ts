import { join } from 'node:path';
import { bundleAhead } from '../lib/parts/bundles.ts';

// The longest part of a synthesis, side by side with the second longest, which is loading the CDK.
const { CDK_OUTDIR: outdir } = process.env;
const directory = outdir && join(outdir, 'bundles');
const bundling = directory ? bundleAhead(directory) : undefined;
bundling?.catch(() => {}); // until it is awaited

const { App } = await import('aws-cdk-lib/core');
const { EventSourcingStack } = await import('../lib/event-sourcing-stack.ts');
const { bundlesContext } = await import('../lib/parts/app-function.ts');
const { readSettings, WrongSettings } = await import('../lib/settings.ts');

// CloudFormation's own rules run in a test: here they would take longer than all the rest.
const app = new App({
  builtinCloudFormationValidation: false,
  autoSynth: false,
  context: directory ? { [bundlesContext]: directory } : {},
});
try {
  const settings = readSettings(app.node.getAllContext());
  await bundling;
  new EventSourcingStack(app, 'EventSourcing', settings);
  app.synth();
} catch (error) {
  if (!(error instanceof WrongSettings)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
