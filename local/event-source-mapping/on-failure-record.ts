import type { SetAside } from './attempt.ts';
import type { SourceKind } from './source-kind.ts';
import type { StreamRecord } from './stream-record.ts';

/** Who gave the records up, and where they came from. */
export interface OnFailureContext {
  readonly functionArn: string;
  readonly streamArn: string;
  readonly shardId: string;
  readonly batchInfo: SourceKind['batchInfo'];
}

/** Time and ids, which come from outside. */
export interface OnFailureStamp {
  readonly nowMs: number;
  readonly requestId: string;
}

/**
 * The invocation record of records given up, as JSON text with AWS's fields in AWS's order. `payload`, the event as
 * it was sent, goes to S3 only: as an escaped JSON string.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
 */
export const onFailureRecord = (
  setAside: SetAside<StreamRecord>,
  context: OnFailureContext,
  stamp: OnFailureStamp,
  payload?: string,
): string => {
  const first = setAside.records[0] as StreamRecord;
  const last = setAside.records.at(-1) as StreamRecord;
  const { name, time } = context.batchInfo;
  return JSON.stringify({
    requestContext: {
      requestId: stamp.requestId,
      functionArn: context.functionArn,
      condition: setAside.condition,
      approximateInvokeCount: setAside.approximateInvokeCount,
    },
    ...(setAside.functionError !== undefined && {
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: setAside.functionError },
    }),
    version: '1.0',
    timestamp: iso(stamp.nowMs),
    [name]: {
      shardId: context.shardId,
      startSequenceNumber: first.sequenceNumber,
      endSequenceNumber: last.sequenceNumber,
      approximateArrivalOfFirstRecord: time(first.arrivedAtMs),
      approximateArrivalOfLastRecord: time(last.arrivedAtMs),
      batchSize: setAside.records.length,
      streamArn: context.streamArn,
    },
    ...(payload !== undefined && { payload }),
  });
};

/** `aws/lambda/<mapping>/<shard>/YYYY/MM/DD/YYYY-MM-DDTHH.MM.SS-<uuid>`, in UTC. */
export const onFailureKey = (mappingUuid: string, shardId: string, nowMs: number, uuid: string): string => {
  const [day = '', time = ''] = iso(nowMs).split('T');
  return `aws/lambda/${mappingUuid}/${shardId}/${day.replaceAll('-', '/')}/${day}T${time.slice(0, 8).replaceAll(':', '.')}-${uuid}`;
};

const iso = (ms: number): string => new Date(ms).toISOString();
