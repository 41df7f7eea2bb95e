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
  Replicas: z.array(replica).check(z.minLength(1, 'one replica at least is needed')),
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
  'ReplicaStreamSpecification',
  'GlobalSecondaryIndexes.ContributorInsightsSpecification',
  'GlobalSecondaryIndexes.ReadProvisionedThroughputSettings',
  'GlobalSecondaryIndexes.ReadOnDemandThroughputSettings',
];

/** A table, with its stream if it has one: the replica in the region that is run. There are no others here. */
export const dynamoDbGlobalTable = resourceType({
  type: 'AWS::DynamoDB::GlobalTable',
  engines: ['dynamodb', 'dynamodbStreams'],
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
    const others = Replicas.flatMap(({ Region }) => (Region === context.region ? [] : [Region]));
    if (others.length === Replicas.length)
      throw new StartError(`Replicas.0.Region: ${context.region} is run, not ${others.join(', ')}`);
    if (others.length > 0) context.log(`without effect here: the replicas of ${logicalId} in ${others.join(', ')}`);
    return openTable(logicalId, table, context);
  },
});
