import { apiGatewayApiKey } from './api-gateway-api-key.ts';
import { apiGatewayDeployment } from './api-gateway-deployment.ts';
import { apiGatewayGatewayResponse } from './api-gateway-gateway-response.ts';
import { apiGatewayMethod } from './api-gateway-method.ts';
import { apiGatewayModel } from './api-gateway-model.ts';
import { apiGatewayRequestValidator } from './api-gateway-request-validator.ts';
import { apiGatewayResource } from './api-gateway-resource.ts';
import { apiGatewayRestApi } from './api-gateway-rest-api.ts';
import { apiGatewayStage } from './api-gateway-stage.ts';
import { apiGatewayUsagePlan } from './api-gateway-usage-plan.ts';
import { apiGatewayUsagePlanKey } from './api-gateway-usage-plan-key.ts';
import { dynamoDbGlobalTable } from './dynamodb-global-table.ts';
import { dynamoDbTable } from './dynamodb-table.ts';
import { eventsEventBus } from './events-event-bus.ts';
import { eventsRule } from './events-rule.ts';
import { firehoseDeliveryStream } from './firehose-delivery-stream.ts';
import { kinesisStream } from './kinesis-stream.ts';
import { kinesisStreamConsumer } from './kinesis-stream-consumer.ts';
import { lambdaEventSourceMapping } from './lambda-event-source-mapping.ts';
import { lambdaFunction } from './lambda-function.ts';
import type { ResourceType } from './resource-type.ts';
import { s3Bucket } from './s3-bucket.ts';
import { sqsQueue } from './sqs-queue.ts';

const all: readonly ResourceType[] = [
  apiGatewayApiKey,
  apiGatewayDeployment,
  apiGatewayGatewayResponse,
  apiGatewayMethod,
  apiGatewayModel,
  apiGatewayRequestValidator,
  apiGatewayResource,
  apiGatewayRestApi,
  apiGatewayStage,
  apiGatewayUsagePlan,
  apiGatewayUsagePlanKey,
  dynamoDbGlobalTable,
  dynamoDbTable,
  eventsEventBus,
  eventsRule,
  firehoseDeliveryStream,
  kinesisStream,
  kinesisStreamConsumer,
  lambdaEventSourceMapping,
  lambdaFunction,
  s3Bucket,
  sqsQueue,
];

/** Every resource type that is run, by its name. */
export const resourceTypes: ReadonlyMap<string, ResourceType> = new Map(all.map((type) => [type.type, type]));
