import * as z from 'zod/mini';
import { resourceType } from './resource-type.ts';
import { openTable, tableProperties, tableWithoutEffect } from './table.ts';

/** A table. Its stream is not run, so a template that reads one is refused. */
export const dynamoDbTable = resourceType({
  type: 'AWS::DynamoDB::Table',
  engines: ['dynamodb'],
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
