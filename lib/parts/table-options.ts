import { Billing, type TablePropsV2 } from 'aws-cdk-lib/aws-dynamodb';
import { RemovalPolicy } from 'aws-cdk-lib/core';

/** What every table has in common: paid by request, and in production nothing takes its data away. */
export const tableOptions = (production: boolean) =>
  ({
    billing: Billing.onDemand(),
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: production },
    deletionProtection: production,
    removalPolicy: production ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  }) satisfies Partial<TablePropsV2>;
