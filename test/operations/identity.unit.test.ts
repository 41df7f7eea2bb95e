import type { KinesisClient } from '@aws-sdk/client-kinesis';
import { describe, expect, it } from '@jest/globals';
import { deployment } from '../../operations/deployment.ts';
import { identityOf } from '../../operations/identity.ts';

const names = (store: string) => ({ store, function: 'f', mapping: 'm' });
const stack = (store: string) => {
  const slots = { blue: names(store), green: names('green') };
  return deployment({ StreamName: 'stream', Slots: JSON.stringify({ orders: slots, invoices: slots }) }, {});
};
const kinesis = (createdAt: number) => {
  const StreamDescriptionSummary = {
    StreamARN: 'arn:aws:kinesis:us-east-1:000000000000:stream/stream',
    StreamCreationTimestamp: new Date(createdAt),
  };
  return { kinesis: { send: async () => ({ StreamDescriptionSummary }) } as unknown as KinesisClient };
};

describe('the identity of a stack', () => {
  it('stays what it is from run to run', async () =>
    expect(await identityOf(stack('blue'), kinesis(1_000))).toBe(await identityOf(stack('blue'), kinesis(1_000))));

  it('is another once its stream was made anew under the same name, or a slot’s store is another', async () => {
    const before = await identityOf(stack('blue'), kinesis(1_000));
    expect(await identityOf(stack('blue'), kinesis(2_000))).not.toBe(before);
    expect(await identityOf(stack('blue-2'), kinesis(1_000))).not.toBe(before);
  });
});
