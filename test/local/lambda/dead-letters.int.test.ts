import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from '@jest/globals';
import { clientOf } from '../../support/client-of.ts';
import { eventually } from '../../support/eventually.ts';
import { runProbes } from '../../support/probe.ts';

const probes = runProbes({
  failing: {
    handler: () => {
      throw new Error('not understood');
    },
    onFailure: 'sqs',
    function: { DeadLetterConfig: { TargetArn: { 'Fn::GetAtt': ['failingQueue', 'Arn'] } } },
  },
});

describe("a function's dead-letter queue", () => {
  it('gets, whole, an event that nobody waits for once the function has failed at it three times', async () => {
    const lambda = new LambdaClient(clientOf(probes.stack, 'LAMBDA'));
    const sqs = new SQSClient(clientOf(probes.stack, 'SQS'));
    const event = JSON.stringify({ Records: [], inventory: { text: 'é"' } });
    await lambda.send(
      new InvokeCommand({
        FunctionName: probes.functionOf('failing').functionName,
        InvocationType: 'Event',
        Payload: Buffer.from(event),
      }),
    );

    const letter = await eventually(async () => {
      const { Messages: [message] = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: probes.stack.outputs.failingQueue as string,
          MessageAttributeNames: ['All'],
        }),
      );
      if (!message) throw new Error('no letter yet');
      return message;
    }, 5_000);

    expect(letter.Body).toBe(event);
    expect(letter.MessageAttributes).toMatchObject({
      ErrorCode: { DataType: 'Number', StringValue: '200' },
      ErrorMessage: { DataType: 'String', StringValue: 'not understood' },
      RequestID: { StringValue: probes.calls('failing')[0]?.requestId },
    });
    expect(probes.calls('failing')).toHaveLength(3);
    lambda.destroy();
    sqs.destroy();
  });
});
