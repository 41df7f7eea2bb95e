import { App } from 'aws-cdk-lib';
import { EventSourcingStack } from '../lib/event-sourcing-stack.ts';
import { readSettings } from '../lib/settings.ts';

// CloudFormation's own rules run in a test: here they would take longer than all the rest.
const app = new App({ builtinCloudFormationValidation: false });
new EventSourcingStack(
  app,
  'EventSourcing',
  readSettings((key) => app.node.tryGetContext(key)),
);
app.synth();
