import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../support/eventually.ts';
import { names, type Probe, RunningProbes } from '../../support/probe.ts';

const gated: Probe['handler'] = ({ data, opened }) => (data.includes('gate') ? opened() : undefined);

let dataDir: string;
let started: RunningProbes<'probe'>[];
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'restarts-'));
  started = [];
});
afterEach(async () => {
  for (const probes of started) await probes.close();
  rmSync(dataDir, { recursive: true, force: true });
});

/** Starts the runtime on the test's data. */
const start = async (probe: Probe, options: { readonly salvage?: boolean } = {}): Promise<RunningProbes<'probe'>> => {
  const probes = new RunningProbes({ probe }, { dataDir, ...options });
  await probes.start();
  started.push(probes);
  return probes;
};
const at = (StartingPosition: string, more = {}): Probe => ({ mapping: { StartingPosition, ...more } });
const disabled: Probe = { mapping: { Enabled: false } };

describe('a stream that is lost', () => {
  it.each(['TRIM_HORIZON', 'LATEST'])(
    'is named, and its reader reads the new one as a new reader does: %s',
    async (from) => {
      const before = await start(at(from));
      await before.put('probe', names(0, 3));
      await before.called('probe', 1);
      await before.stop();
      rmSync(join(dataDir, 'kinesis'), { recursive: true });
      await expect(start(at(from))).rejects.toThrow(/has lost kinesis\/store.sqlite/);
      const probes = await start(at(from), { salvage: true });
      await probes.put('probe', ['new']);
      await eventually(() => expect(probes.batches('probe').at(-1)).toEqual(['new']));

      expect(probes.log).toContain('salvage: kinesis/store.sqlite is gone');
      expect(probes.log).toContainEqual(expect.stringContaining('its checkpoints belong to an earlier stream'));
    },
  );
});

describe('the starting position', () => {
  it('§1.1 TRIM_HORIZON begins with the oldest record', async () => {
    const before = await start(disabled);
    await before.put('probe', names(0, 3));
    await before.stop();
    const probes = await start(at('TRIM_HORIZON'));
    await probes.called('probe', 1);

    expect(probes.batches('probe')).toEqual([names(0, 3)]);
  });

  it('§1.1 LATEST begins with what is written once the runtime is ready', async () => {
    const before = await start(disabled);
    await before.put('probe', ['old']);
    await before.stop();
    const probes = await start(at('LATEST'));
    await probes.put('probe', ['new']);
    await probes.called('probe', 1);

    expect(probes.batches('probe')).toEqual([['new']]);
  });

  it('§1.1 LATEST stays where it was taken, so that a restart misses nothing', async () => {
    const before = await start({ ...at('LATEST', { BatchSize: 1 }), handler: () => Promise.reject(new Error('down')) });
    await before.put('probe', ['r0']);
    await before.called('probe', 1);
    await before.stop();
    const probes = await start(at('LATEST', { BatchSize: 1 }));
    await probes.called('probe', 1);

    expect(probes.batches('probe')).toEqual([['r0']]);
  });

  it('§1.1 AT_TIMESTAMP begins with what arrived from then on', async () => {
    const before = await start(disabled);
    await before.put('probe', ['old']);
    const timestamp = Math.floor(Date.now() / 1_000) + 1;
    await eventually(() => expect(Date.now()).toBeGreaterThan(timestamp * 1_000));
    await before.put('probe', ['new']);
    await before.stop();
    const probes = await start(at('AT_TIMESTAMP', { StartingPositionTimestamp: timestamp }));
    await probes.called('probe', 1);
    await probes.put('probe', ['newer']);
    await probes.called('probe', 2);

    expect(probes.batches('probe')).toEqual([['new'], ['newer']]);
  });
});

describe('a mapping that starts again', () => {
  it.each([
    [
      'how far the mapping probeMapping has read the shard shardId-000000000000',
      (uuid: string) => join('checkpoints', uuid, 'shardId-000000000000'),
    ],
    ['whether the mapping probeMapping was switched on or off', (uuid: string) => join('event-source-mappings', uuid)],
  ])('names the file that keeps %s where that is damaged', async (what, fileOf) => {
    const before = await start({});
    const file = join(dataDir, fileOf(before.mappingOf('probe')));
    await before.stop();
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, 'null');

    await expect(start({})).rejects.toMatchObject({
      name: 'StartError',
      message: expect.stringMatching(
        new RegExp(
          `^${file} can't be read: it is damaged \\(.*\\)\\. It keeps ${what}\\. A start with --salvage removes it\\.`,
        ),
      ),
    });
  });

  it('§12 goes on after the last record that it had finished', async () => {
    const before = await start({});
    await before.put('probe', names(0, 3));
    await before.called('probe', 1);
    await before.stop();
    const probes = await start({});
    await probes.put('probe', ['r3']);
    await probes.called('probe', 1);

    expect(probes.batches('probe')).toEqual([['r3']]);
  });

  it('§1.1 rests while it is disabled, and then goes on after the last processed record', async () => {
    const before = await start({});
    await before.put('probe', ['r0']);
    await before.called('probe', 1);
    await before.stop();
    const resting = await start(disabled);
    await resting.put('probe', ['r1']);
    await resting.stop();
    const probes = await start({});
    await probes.called('probe', 1);

    expect(resting.calls('probe')).toEqual([]);
    expect(probes.batches('probe')).toEqual([['r1']]);
  });

  it('§1.2 lets the invocation in flight finish before it closes, and keeps what it has done', async () => {
    const before = await start({ handler: gated, mapping: { BatchSize: 1 } });
    const [gate] = await before.put('probe', ['gate', 'r0']);
    await before.called('probe', 1);
    const stopping = before.stop();
    before.open('probe');
    await stopping;
    expect(before.checkpoint('probe')).toEqual({ after: gate });
    const probes = await start({ mapping: { BatchSize: 1 } });
    await probes.called('probe', 1);

    expect(before.batches('probe')).toEqual([['gate']]);
    expect(probes.batches('probe')).toEqual([['r0']]);
  });

  it('§1.6 goes on at the reported record', async () => {
    const reporting = { FunctionResponseTypes: ['ReportBatchItemFailures'] };
    const before = await start({
      handler: ({ data, report }) => report(...data.filter((name) => name === 'r2')),
      mapping: reporting,
    });
    await before.put('probe', names(0, 4));
    await before.called('probe', 2);
    await before.stop();
    const probes = await start({ mapping: reporting });
    await probes.called('probe', 1);

    expect(probes.batches('probe')).toEqual([['r2', 'r3']]);
  });

  it('§1.3 delivers again what no lane had finished, and everything after it', async () => {
    const lanes = { ParallelizationFactor: 4, BatchSize: 1 };
    const before = await start({
      handler: ({ data }) => {
        if (data.includes('r2')) throw new Error('poison');
      },
      mapping: lanes,
    });
    const numbers = await before.put('probe', names(0, 12), (index) => `key-${index}`);
    await eventually(() => expect(before.checkpoint('probe')).toEqual({ after: numbers[1] }));
    await before.stop();
    const probes = await start({ mapping: lanes });
    await probes.called('probe', 10);

    expect(probes.batches('probe').flat().sort()).toEqual(names(2, 10).sort());
  });

  it('§3 delivers an unfinished window again, from its first record, with an empty state', async () => {
    const collecting: Probe = {
      handler: ({ event, data }) => ({ state: { seen: [...((event.state?.seen as string[]) ?? []), ...data] } }),
      mapping: { TumblingWindowInSeconds: 900, BatchSize: 1 },
    };
    const before = await start(collecting);
    await before.put('probe', names(0, 2));
    await before.called('probe', 2);
    await before.stop();
    expect(before.checkpoint('probe')).toBeUndefined();
    const probes = await start(collecting);
    await probes.called('probe', 2);

    expect(probes.calls('probe').map(({ data, event }) => [data, event.state])).toEqual([
      [['r0'], {}],
      [['r1'], { seen: ['r0'] }],
    ]);
  });

  it('§1.8 sets aside again what the destination had not taken', async () => {
    const failing = (destination: string): Probe => ({
      handler: () => Promise.reject(new Error('poison')),
      mapping: {
        MaximumRetryAttempts: 0,
        DestinationConfig: { OnFailure: { Destination: destination } },
      },
    });
    const before = await start(failing('arn:aws:sqs:us-east-1:000000000000:nowhere'));
    await before.put('probe', ['r0']);
    await eventually(() => expect(before.log.join('\n')).toContain('setting aside failed'));
    await before.stop();
    const probes = await start({ ...failing(''), mapping: { MaximumRetryAttempts: 0 }, onFailure: 's3' });

    expect(await probes.setAside('probe', 1)).toHaveLength(1);
  });

  it('§1.1 has the same UUID', async () => {
    const before = await start({});
    const uuid = before.mappingOf('probe');
    await before.stop();
    const probes = await start({});

    expect(probes.mappingOf('probe')).toBe(uuid);
    expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});
