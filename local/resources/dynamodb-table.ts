import * as z from 'zod/mini';
import { resourceType } from './resource-type.ts';
import { openTable, tableProperties, tableWithoutEffect } from './table.ts';

/** A table, with its stream if it has one. */
export const dynamoDbTable = resourceType({
  type: 'AWS::DynamoDB::Table',
  engines: ['dynamodb', 'dynamodbStreams'],
  properties: z.strictObject(tableProperties),
  withoutEffect: [
    ...tableWithoutEffect,
    'ProvisionedThroughput',
    'OnDemandThroughput',
    'PointInTimeRecoverySpecification',
    'DeletionProtectionEnabled',
    'ContributorInsightsSpecification',
    'TableClass',
    'ResourcePolicy',
    'Tags',
    'GlobalSecondaryIndexes.ProvisionedThroughput',
    'GlobalSecondaryIndexes.OnDemandThroughput',
    'GlobalSecondaryIndexes.ContributorInsightsSpecification',
  ],
  create: ({ logicalId, properties }, context) => openTable(logicalId, properties, context),
});
