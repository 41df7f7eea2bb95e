import { App } from 'aws-cdk-lib';
import { EventSourcingStack } from '../lib/event-sourcing-stack.ts';
import { readSettings } from '../lib/settings.ts';

const app = new App();
new EventSourcingStack(app, 'EventSourcing', readSettings((key) => app.node.tryGetContext(key)));
app.synth();
