import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type EventSourceMappingConfiguration,
  GetEventSourceMappingCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
  type UpdateEventSourceMappingCommandInput,
} from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { clientOf } from '../../support/client-of.ts';
import { eventually } from '../../support/eventually.ts';
import { type Probe, RunningProbes } from '../../support/probe.ts';

let dataDir: string;
let probes: RunningProbes<'probe' | 'other'>;
let lambda: LambdaClient;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'switching-'));
});
afterEach(async () => {
  lambda.destroy();
  await probes.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const disabled: Probe = { mapping: { Enabled: false } };

const start = async (probe: Probe = {}): Promise<void> => {
  probes = new RunningProbes({ probe, other: {} }, { dataDir });
  await probes.start();
  lambda = new LambdaClient({ ...clientOf(probes.stack, 'LAMBDA'), maxAttempts: 1 });
};
const restart = async (probe: Probe = {}): Promise<void> => {
  lambda.destroy();
  await probes.close();
  await start(probe);
};

const get = (): Promise<EventSourceMappingConfiguration> =>
  lambda.send(new GetEventSourceMappingCommand({ UUID: probes.mappingOf('probe') }));
const update = (changes: Partial<UpdateEventSourceMappingCommandInput>) =>
  lambda.send(new UpdateEventSourceMappingCommand({ UUID: probes.mappingOf('probe'), ...changes }));
const until = (state: string) => eventually(async () => expect((await get()).State).toBe(state), 5_000, 5);
const turn = async (Enabled: boolean): Promise<void> => {
  await update({ Enabled });
  await until(Enabled ? 'Enabled' : 'Disabled');
};

describe('an event source mapping', () => {
  it('that the template disables is idle, and begins where it should once it is enabled', async () => {
    await start(disabled);
    await probes.put('probe', ['r0']);
    await probes.put('other', ['seen']);
    await probes.called('other', 1);
    expect(await get()).toMatchObject({ State: 'Disabled' });
    expect(probes.calls('probe')).toEqual([]);

    const answer = await update({ Enabled: true });
    await probes.called('probe', 1);

    expect(answer.State).toBe('Enabling');
    expect(probes.batches('probe')).toEqual([['r0']]);
  });

  it('§1.1 that is disabled keeps its checkpoint, and goes on after it once it is enabled', async () => {
    await start();
    await probes.put('probe', ['r0']);
    await probes.called('probe', 1);

    await turn(false);
    await probes.put('probe', ['r1']);
    await turn(true);
    await probes.put('probe', ['r2']);
    await eventually(() => expect(probes.batches('probe').flat()).toContain('r2'), 5_000, 5);

    expect(probes.batches('probe').flat()).toEqual(['r0', 'r1', 'r2']);
  });

  it('lets the invocation in flight finish as it is disabled, and refuses another change meanwhile', async () => {
    await start({ handler: ({ opened }) => opened() });
    await probes.put('probe', ['r0']);
    await probes.called('probe', 1);

    expect(await update({ Enabled: false })).toMatchObject({ State: 'Disabling' });
    await expect(update({ Enabled: true })).rejects.toMatchObject({ name: 'ResourceInUseException' });
    expect(await get()).toMatchObject({ State: 'Disabling' });
    probes.open('probe');
    await until('Disabled');
    await turn(true);
    await probes.put('probe', ['r1']);
    await probes.called('probe', 2);

    expect(probes.batches('probe')).toEqual([['r0'], ['r1']]);
  });

  it('still sets aside what it gives up after it was off and on', async () => {
    await start({
      onFailure: 's3',
      mapping: { MaximumRetryAttempts: 0, BatchSize: 1 },
      handler: () => Promise.reject(new Error('poison')),
    });
    await probes.put('probe', ['r0']);
    await probes.setAside('probe', 1);

    await turn(false);
    await turn(true);
    await probes.put('probe', ['r1']);

    expect(await probes.setAside('probe', 2)).toHaveLength(2);
  });

  it('is found after a restart as it was left', async () => {
    await start();
    await turn(false);
    await restart();
    expect(await get()).toMatchObject({ State: 'Disabled' });

    await turn(true);
    await restart();
    expect(await get()).toMatchObject({ State: 'Enabled' });
  });

  it('is as the template says once the template says something else', async () => {
    await start();
    await turn(false);
    await turn(true);
    await restart(disabled);

    expect(await get()).toMatchObject({ State: 'Disabled' });
  });

  it('gathers other batches once it is told to, from where it was', async () => {
    await start();
    await probes.put('probe', ['r0']);
    await probes.called('probe', 1);

    const answer = await update({ BatchSize: 2 });
    await until('Enabled');
    await probes.put('probe', ['r1', 'r2', 'r3']);
    await probes.called('probe', 3);

    expect([answer.State, (await get()).BatchSize]).toEqual(['Updating', 2]);
    expect(probes.batches('probe')).toEqual([['r0'], ['r1', 'r2'], ['r3']]);
  });

  it('that is disabled keeps the batches that it is told to gather', async () => {
    await start(disabled);
    await update({ BatchSize: 1 });
    expect(await get()).toMatchObject({ State: 'Disabled', BatchSize: 1 });
    await probes.put('probe', ['r0', 'r1']);
    await turn(true);
    await probes.called('probe', 2);
    expect(probes.batches('probe')).toEqual([['r0'], ['r1']]);
  });

  it('tells its settings, and is found by its function and its source', async () => {
    await start({ mapping: { BatchSize: 7, FilterCriteria: { Filters: [{ Pattern: '{"data":{"a":[1]}}' }] } } });
    const { functionArn, functionName } = probes.functionOf('probe');
    const list = async (input: { FunctionName?: string; EventSourceArn?: string }) =>
      (await lambda.send(new ListEventSourceMappingsCommand(input))).EventSourceMappings?.map(({ UUID }) => UUID);

    const mapping = await get();

    expect(mapping).toMatchObject({
      UUID: probes.mappingOf('probe'),
      FunctionArn: functionArn,
      State: 'Enabled',
      StartingPosition: 'TRIM_HORIZON',
      BatchSize: 7,
      MaximumRetryAttempts: -1,
      FilterCriteria: { Filters: [{ Pattern: '{"data":{"a":[1]}}' }] },
      DestinationConfig: { OnFailure: {} },
    });
    expect(mapping.LastModified?.getTime()).toBeGreaterThan(Date.now() - 60_000);
    expect(await list({ FunctionName: functionName })).toEqual([probes.mappingOf('probe')]);
    expect(await list({ EventSourceArn: mapping.EventSourceArn as string })).toEqual([probes.mappingOf('probe')]);
    expect(await list({ FunctionName: 'none' })).toEqual([]);
    expect((await list({}))?.toSorted()).toEqual([probes.mappingOf('probe'), probes.mappingOf('other')].toSorted());
  });

  it('§1.1 tells how its last invocation went', async () => {
    await start({ mapping: { BatchSize: 1 }, handler: ({ opened }) => opened() });
    const until = (LastProcessingResult: string) =>
      eventually(async () => expect(await get()).toMatchObject({ LastProcessingResult }), 5_000, 5);

    await until('No records processed');
    await probes.put('probe', ['r0', 'r1']);
    await probes.called('probe', 1);
    await probes.functionOf('probe').crash();
    await until('PROBLEM: Function call failed');
    probes.open('probe');
    await until('OK');
  });

  it('refuses what it can’t change here, by name, and a mapping that is not there', async () => {
    await start();

    await expect(update({ ParallelizationFactor: 5 })).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
      message:
        'ParallelizationFactor cannot be changed here; only Enabled, BatchSize, MaximumBatchingWindowInSeconds can',
    });
    await expect(update({ BatchSize: 0 })).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
      message: 'BatchSize must be a whole number from 1 to 10000',
    });
    await expect(update({ MaximumBatchingWindowInSeconds: 301 })).rejects.toMatchObject({
      message: 'MaximumBatchingWindowInSeconds must be a whole number from 0 to 300',
    });
    await expect(update({ UUID: '00000000-0000-4000-8000-000000000000', Enabled: true })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});
