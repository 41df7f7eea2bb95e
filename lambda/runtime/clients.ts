import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { FirehoseClient } from '@aws-sdk/client-firehose';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';

/**
 * One connection pool a client, kept alive from call to call. A call that hangs is given up in time for another try
 * within API Gateway's 29 seconds.
 */
const settings = () => ({
  maxAttempts: 3,
  retryMode: 'standard',
  defaultsMode: 'standard' as const,
  cacheMiddleware: true, // our calls have no middleware of their own, so the SDK need not resolve it for each
  requestHandler: new NodeHttpHandler({
    connectionTimeout: 1_000,
    requestTimeout: 4_000,
    throwOnRequestTimeout: true,
    httpAgent: { keepAlive: true, maxSockets: 64 },
    httpsAgent: { keepAlive: true, maxSockets: 64 },
  }),
});

/** Kinesis over HTTP/1.1: its own default, HTTP/2, is of use only to enhanced fan-out. */
export const kinesis = (): KinesisClient => new KinesisClient(settings());

export const dynamoDb = (): DynamoDBClient => new DynamoDBClient(settings());

export const firehose = (): FirehoseClient => new FirehoseClient(settings());

export const eventBridge = (): EventBridgeClient => new EventBridgeClient(settings());

/** S3 without a checksum in JavaScript for every body: TLS and the signature protect it on its way. */
export const s3 = (): S3Client => new S3Client({ ...settings(), requestChecksumCalculation: 'WHEN_REQUIRED' });
