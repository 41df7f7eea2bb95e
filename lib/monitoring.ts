import { Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import { Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { addAlarms } from './monitoring/alarms.ts';
import { chartsOf } from './monitoring/charts.ts';
import { watchedOf } from './monitoring/watched.ts';

/**
 * The stack's one dashboard and all its alarms, made from what is in the stack by the time this one is: it comes last.
 * They cost $3 a month for the dashboard and $0.10 for each alarm, beyond what an account has free.
 */
export class Monitoring extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const watched = watchedOf(Stack.of(this));
    addAlarms(this, watched);
    new Dashboard(this, 'Dashboard', { widgets: chartsOf(watched) });
  }
}
