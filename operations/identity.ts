import { hash } from 'node:crypto';
import { DescribeStreamSummaryCommand, type KinesisClient } from '@aws-sdk/client-kinesis';
import { type Deployment, outputOf } from './deployment.ts';

/**
 * Tells the stack's stream and slots from those of every other stack, also from earlier ones of the same names: what a
 * journal holds of one stack is never fed to another. Fit for a folder's name.
 */
export async function identityOf(
  deployment: Deployment,
  { kinesis }: { readonly kinesis: KinesisClient },
): Promise<string> {
  const StreamName = outputOf(deployment, 'StreamName');
  const { StreamDescriptionSummary: stream } = await kinesis.send(new DescribeStreamSummaryCommand({ StreamName }));
  const made = [stream?.StreamARN, stream?.StreamCreationTimestamp, deployment.slots];
  return hash('sha256', JSON.stringify(made)).slice(0, 12);
}
