import type { LocalStack } from '../../local/start-local.ts';

type Service = 'DYNAMODB' | 'DYNAMODB_STREAMS' | 'EVENTBRIDGE' | 'FIREHOSE' | 'KINESIS' | 'LAMBDA' | 'S3' | 'SQS';

/** What a client of the SDK needs to reach a service of a running stack, as the operator. */
export const clientOf = ({ environment }: Pick<LocalStack, 'environment'>, service: Service) => ({
  region: 'us-east-1',
  endpoint: environment[`AWS_ENDPOINT_URL_${service}`] ?? '',
  credentials: {
    accessKeyId: environment.AWS_ACCESS_KEY_ID ?? '',
    secretAccessKey: environment.AWS_SECRET_ACCESS_KEY ?? '',
  },
});
