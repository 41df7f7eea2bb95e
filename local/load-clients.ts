import type { EngineName } from './resources/resource-type.ts';

const clients: Record<EngineName, () => Promise<unknown>> = {
  kinesis: () => Promise.all([import('@aws-sdk/client-kinesis'), import('@smithy/node-http-handler')]),
  dynamodb: () => import('@aws-sdk/client-dynamodb'),
  dynamodbStreams: () => import('@aws-sdk/client-dynamodb-streams'),
  s3: () => import('@aws-sdk/client-s3'),
  sqs: () => import('@aws-sdk/client-sqs'),
};

/**
 * Loads the SDK's clients of these services, by default of all, with which this thread will set up resources: that
 * takes 0.1 to 0.2 s of its time, which it has while engines start, or an app is synthesized, in other threads.
 */
export const loadClients = async (services: Iterable<EngineName> = Object.keys(clients) as EngineName[]) => {
  for (const service of services) await clients[service](); // between two, this thread may do something else
};
