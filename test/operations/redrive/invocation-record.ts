/** A record of Kinesis with JSON as its data, as a payload carries it. */
export const kinesisRecord = (sequenceNumber: number | string, partitionKey: string, data: unknown) => ({
  kinesis: {
    kinesisSchemaVersion: '1.0',
    partitionKey,
    sequenceNumber: String(sequenceNumber),
    data: Buffer.from(JSON.stringify(data)).toString('base64'),
    approximateArrivalTimestamp: 1_795_000_000.123,
  },
  eventSource: 'aws:kinesis',
  eventVersion: '1.0',
  eventID: `shardId-000000000000:${sequenceNumber}`,
  eventName: 'aws:kinesis:record',
  invokeIdentityArn: '',
  awsRegion: 'us-east-1',
  eventSourceARN: 'arn:aws:kinesis:us-east-1:000000000000:stream/s',
});

/** What Lambda puts into the on-failure bucket with this payload. */
export const invocationRecord = (payload: unknown, functionName = 'project') => ({
  requestContext: {
    requestId: '5d1b',
    functionArn: `arn:aws:lambda:us-east-1:000000000000:function:${functionName}`,
    condition: 'RetryAttemptsExhausted',
    approximateInvokeCount: 6,
  },
  responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
  version: '1.0',
  timestamp: '2026-11-22T10:15:00.000Z',
  KinesisBatchInfo: {},
  payload,
});
