import { AccountRootPrincipal, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';

export interface ReplayRoleProps {
  /** Those that a replay may feed. */
  readonly functions: readonly IFunction[];
}

/**
 * What a replay acts under: it may invoke these functions and nothing else, so that events of long ago have no other
 * effect than on what is projected from them. Who may assume it, the account's own policies say.
 */
export class ReplayRole extends Construct {
  readonly arn: string;

  constructor(scope: Construct, id: string, { functions }: ReplayRoleProps) {
    super(scope, id);
    const role = new Role(this, 'Role', {
      assumedBy: new AccountRootPrincipal(),
      description: 'Feeds events to projections once more',
    });
    // `grantInvoke` would allow every version and alias too, by a wildcard.
    role.addToPolicy(
      new PolicyStatement({
        actions: ['lambda:InvokeFunction'],
        resources: functions.map(({ functionArn }) => functionArn),
      }),
    );
    this.arn = role.roleArn;
  }
}
