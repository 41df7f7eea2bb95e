import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, expect, it } from '@jest/globals';
import { writeAssembly } from '../../support/assembly.ts';
import { clientOf } from '../../support/client-of.ts';
import { eventually } from '../../support/eventually.ts';
import { type KilledRuntime, startRuntime } from '../killed-runtime.ts';

const folder = mkdtempSync(join(tmpdir(), 'killed-'));
const calls = join(folder, 'calls');
let runtime: KilledRuntime | undefined;
afterAll(async () => {
  await runtime?.kill();
  rmSync(folder, { recursive: true, force: true });
});

const template = {
  Resources: {
    Table: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
      },
    },
    Function: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Code: { S3Bucket: 'x', S3Key: 'fn.zip' },
        Handler: 'index.handler',
        Runtime: 'nodejs24.x',
        Role: 'arn:aws:iam::000000000000:role/probe',
        Environment: { Variables: { CALLS: calls } },
      },
    },
    Mapping: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        EventSourceArn: { 'Fn::GetAtt': ['Table', 'StreamArn'] },
        FunctionName: { Ref: 'Function' },
        StartingPosition: 'TRIM_HORIZON',
        ParallelizationFactor: 2,
        BatchSize: 10,
      },
    },
  },
  Outputs: { Table: { Value: { Ref: 'Table' } } },
};

const handler = `const { appendFileSync } = require('node:fs');
exports.handler = async ({ Records }) => {
  for (const { dynamodb: { NewImage } } of Records)
    appendFileSync(process.env.CALLS, NewImage.id.S + ' ' + NewImage.count.N + '\\n');
};`;

const ids = ['a', 'b', 'c', 'd'];
/** How far each item was counted up, as far as that was acknowledged. */
const acknowledged = new Map(ids.map((id) => [id, 0]));
const total = () => [...acknowledged.values()].reduce((sum, count) => sum + count);

const countUp = async (client: DynamoDBClient, TableName: string, id: string): Promise<void> => {
  for (;;) {
    const output = await client
      .send(
        new UpdateItemCommand({
          TableName,
          Key: { id: { S: id } },
          UpdateExpression: 'ADD #count :one',
          ExpressionAttributeNames: { '#count': 'count' },
          ExpressionAttributeValues: { ':one': { N: '1' } },
          ReturnValues: 'ALL_NEW',
        }),
      )
      .catch(() => undefined); // killed
    if (!output) return;
    acknowledged.set(id, Number(output.Attributes?.count?.N));
  }
};

/** The counts that the function was handed for an item, each where it came first. */
const handled = (id: string): number[] => {
  const lines = existsSync(calls) ? readFileSync(calls, 'utf8').split('\n') : [];
  const counts = lines.flatMap((line) => (line.startsWith(`${id} `) ? [Number(line.slice(2))] : []));
  return [...new Set(counts)];
};

it('after each kill -9 every change of every item still reaches the function, in order', async () => {
  const assembly = writeAssembly(template, { fn: { 'index.js': handler } });
  for (let round = 0; round < 3; round++) {
    runtime = await startRuntime(assembly, folder);
    const { outputs } = runtime;
    const client = new DynamoDBClient({ ...clientOf(runtime, 'DYNAMODB'), maxAttempts: 1 });
    const writing = ids.map((id) => countUp(client, outputs.Table ?? '', id));
    const enough = total() + 60 + 13 * round; // another moment in each round
    await eventually(() => expect(total()).toBeGreaterThan(enough), 10_000, 1);
    await runtime.kill();
    await Promise.all(writing);
    client.destroy();
  }
  runtime = await startRuntime(assembly, folder);
  await eventually(() => {
    for (const [id, count] of acknowledged) expect(handled(id).length).toBeGreaterThanOrEqual(count);
  }, 10_000);

  for (const id of ids) expect(handled(id)).toEqual(Array.from({ length: handled(id).length }, (_, n) => n + 1));
}, 60_000);
