import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { type Deployment, outputOf } from './deployment.ts';

/** The services as the operator reaches them. */
export interface Clients {
  readonly dynamodb: DynamoDBClient;
  readonly kinesis: KinesisClient;
  readonly lambda: LambdaClient;
  readonly s3: S3Client;
  /** Not the operator's: under the replay role, which may invoke the projections and nothing else. */
  readonly projections: LambdaClient;
  /** Lets go of the connections. */
  destroy(): void;
}

type Environment = Readonly<Record<string, string>>;

/**
 * Clients that go where the environment leads; where it says nothing the SDK finds region, endpoint and keys itself.
 */
export function openClients(deployment: Deployment): Clients {
  const { environment } = deployment;
  const dynamodb = new DynamoDBClient(settingsOf(environment, 'DYNAMODB'));
  const kinesis = new KinesisClient(settingsOf(environment, 'KINESIS'));
  const lambda = new LambdaClient(settingsOf(environment, 'LAMBDA'));
  const s3 = new S3Client(settingsOf(environment, 'S3'));
  const sts = new STSClient(settingsOf(environment, 'STS'));
  const projections = new LambdaClient({
    ...settingsOf(environment, 'LAMBDA'),
    credentials: () => assume(sts, outputOf(deployment, 'ReplayRoleArn')),
  });
  return {
    dynamodb,
    kinesis,
    lambda,
    s3,
    projections,
    destroy: () => {
      for (const client of [dynamodb, kinesis, lambda, s3, sts, projections]) client.destroy();
    },
  };
}

/** Keys of the role, for an hour; the SDK asks again before they end. */
async function assume(sts: STSClient, RoleArn: string) {
  const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'replay' }));
  return {
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    ...(Credentials?.SessionToken !== undefined && { sessionToken: Credentials.SessionToken }),
    ...(Credentials?.Expiration !== undefined && { expiration: Credentials.Expiration }),
  };
}

/** How one service's client is made; an invocation may take as long as its function's time-out. */
export const settingsOf = (environment: Environment, service: string) => {
  const { AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = environment;
  const endpoint = environment[`AWS_ENDPOINT_URL_${service}`];
  return {
    ...(AWS_REGION !== undefined && { region: AWS_REGION }),
    ...(endpoint !== undefined && { endpoint }),
    ...(AWS_ACCESS_KEY_ID !== undefined &&
      AWS_SECRET_ACCESS_KEY !== undefined && {
        credentials: { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY },
      }),
    maxAttempts: 5,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: 5_000,
      requestTimeout: 120_000,
      httpAgent: { keepAlive: true, maxSockets: 64 },
      httpsAgent: { keepAlive: true, maxSockets: 64 },
    }),
  };
};
