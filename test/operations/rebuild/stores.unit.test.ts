import { BatchWriteItemCommand, type DynamoDBClient, type WriteRequest } from '@aws-sdk/client-dynamodb';
import { ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from '@jest/globals';
import { InvoiceStore } from '../../../operations/rebuild/invoice-store.ts';
import { OrderStore } from '../../../operations/rebuild/order-store.ts';

const { signal } = new AbortController();
const ignore = () => {};

describe('emptying a slot of the orders', () => {
  it('sends again what a busy table left undone, after a pause each time', async () => {
    const items = ['v1', 'v2', 'v3'].map((vendorid) => ({ accountid: { S: 'a' }, vendorid: { S: vendorid } }));
    const calls: { readonly size: number; readonly atMs: number }[] = [];
    const send = async (command: object) => {
      if (!(command instanceof BatchWriteItemCommand)) return { Items: items };
      const [requests = []] = Object.values(command.input.RequestItems as Record<string, WriteRequest[]>);
      calls.push({ size: requests.length, atMs: performance.now() });
      return { UnprocessedItems: requests.length > 1 ? { orders: requests.slice(1) } : {} };
    };
    await new OrderStore({ send } as unknown as DynamoDBClient, 'orders').empty(signal, ignore);
    expect(calls.map(({ size }) => size)).toEqual([3, 2, 1]);
    const pauses = calls.slice(1).map(({ atMs }, index) => atMs - (calls[index]?.atMs ?? 0));
    expect(pauses[0]).toBeGreaterThan(45);
    expect(pauses[1]).toBeGreaterThan(90);
  });
});

describe('emptying a slot of the invoices', () => {
  const emptying = (Code: string) => {
    let asked = 0;
    const send = async (command: object) => {
      if (command instanceof ListObjectsV2Command) return { Contents: [{ Key: 'invoices/a/v1/e1.json' }] };
      return asked++ === 0 ? { Errors: [{ Key: 'invoices/a/v1/e1.json', Code, Message: Code }] } : {};
    };
    return new InvoiceStore({ send } as unknown as S3Client, 'invoices').empty(signal, ignore).then(() => asked);
  };

  it.each(['SlowDown', 'InternalError', 'ServiceUnavailable'])('sends again what S3 answers %s to', async (code) =>
    expect(await emptying(code)).toBe(2),
  );

  it('stops at what may not be removed, and names it', async () =>
    expect(emptying('AccessDenied')).rejects.toThrow("invoices/invoices/a/v1/e1.json can't be removed: AccessDenied"));
});
