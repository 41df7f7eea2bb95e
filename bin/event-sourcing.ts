import { App } from 'aws-cdk-lib';
import { EventSourcingStack } from '../lib/event-sourcing-stack.ts';
import { readSettings, WrongSettings } from '../lib/settings.ts';

// CloudFormation's own rules run in a test: here they would take longer than all the rest.
const app = new App({ builtinCloudFormationValidation: false, autoSynth: false });
try {
  const settings = readSettings(app.node.getAllContext());
  new EventSourcingStack(app, 'EventSourcing', settings);
  app.synth();
} catch (error) {
  if (!(error instanceof WrongSettings)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
