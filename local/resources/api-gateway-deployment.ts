import * as z from 'zod/mini';
import { gatewayId } from '../api-gateway/ids.ts';
import { resourceType } from './resource-type.ts';

/** Here every stage serves the methods of the template that is running. */
export const apiGatewayDeployment = resourceType({
  type: 'AWS::ApiGateway::Deployment',
  properties: z.strictObject({ RestApiId: z.string() }),
  withoutEffect: ['Description'],
  create: async ({ logicalId }, context) => {
    const deploymentId = gatewayId(logicalId, context);
    return { ref: deploymentId, attributes: { DeploymentId: deploymentId } };
  },
});
