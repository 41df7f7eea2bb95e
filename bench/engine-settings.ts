/** How an SDK client reaches one of the engines that `environment` names, and signs. */
export const engineSettings = (
  environment: Readonly<Record<string, string>>,
  service: 'KINESIS' | 'DYNAMODB' | 'S3',
) => ({
  region: environment.AWS_REGION ?? '',
  endpoint: environment[`AWS_ENDPOINT_URL_${service}`] ?? '',
  credentials: {
    accessKeyId: environment.AWS_ACCESS_KEY_ID ?? '',
    secretAccessKey: environment.AWS_SECRET_ACCESS_KEY ?? '',
  },
});
