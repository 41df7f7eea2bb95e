import * as z from 'zod/mini';
import { StartError } from '../start-error.ts';
import { resourceType } from './resource-type.ts';
import { openTable, tableProperties, tableWithoutEffect } from './table.ts';

const replica = z.strictObject({
  Region: z.string(),
  GlobalSecondaryIndexes: z.optional(z.array(z.strictObject({ IndexName: z.string() }))),
});

const properties = z.strictObject({
  ...tableProperties,
  Replicas: z.array(replica).check(z.length(1, 'one replica is run')),
});

const ofReplica = [
  'PointInTimeRecoverySpecification',
  'DeletionProtectionEnabled',
  'ContributorInsightsSpecification',
  'TableClass',
  'ResourcePolicy',
  'SSESpecification',
  'ReadProvisionedThroughputSettings',
  'ReadOnDemandThroughputSettings',
  'Tags',
  'GlobalSecondaryIndexes.ContributorInsightsSpecification',
  'GlobalSecondaryIndexes.ReadProvisionedThroughputSettings',
  'GlobalSecondaryIndexes.ReadOnDemandThroughputSettings',
];

/** A table with its one replica, in the region that is run. Its stream is not run. */
export const dynamoDbGlobalTable = resourceType({
  type: 'AWS::DynamoDB::GlobalTable',
  engines: ['dynamodb'],
  properties,
  withoutEffect: [
    ...tableWithoutEffect,
    'WriteProvisionedThroughputSettings',
    'WriteOnDemandThroughputSettings',
    'GlobalSecondaryIndexes.WriteProvisionedThroughputSettings',
    'GlobalSecondaryIndexes.WriteOnDemandThroughputSettings',
    ...ofReplica.map((path) => `Replicas.${path}`),
  ],
  create: ({ logicalId, properties: { Replicas, ...table } }, context) => {
    const region = Replicas[0]?.Region;
    if (region !== context.region) throw new StartError(`Replicas.0.Region: ${context.region} is run, not ${region}`);
    return openTable(logicalId, table, context);
  },
});
