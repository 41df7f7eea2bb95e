import { ran } from './kinesis-model/commands.ts';
import { EngineDriver } from './kinesis-model/engine-driver.ts';
import { planted } from './kinesis-model/planted.ts';
import { checkModel } from './kinesis-model/property.ts';
import { SdkDriver } from './kinesis-model/sdk-driver.ts';

/**
 * `MODEL_OPERATIONS=100000` runs so many commands. `MODEL_SEED` and `MODEL_PATH` repeat a run that failed. `REMOTE=1` runs them on the Kinesis that
 * the SDK's variables name, such as `AWS_ENDPOINT_URL_KINESIS`, with its credentials and region.
 */
const { MODEL_OPERATIONS, MODEL_SEED, MODEL_PATH, REMOTE } = process.env;
const operations = Number(MODEL_OPERATIONS ?? (REMOTE ? 200 : 4_000));
const repeat = MODEL_SEED === undefined ? {} : { seed: Number(MODEL_SEED), path: MODEL_PATH };
const timeoutMs = 60_000 + operations * (REMOTE ? 1_000 : 5);

it(
  'does what its model does, whatever it is told',
  async () => {
    const openDriver = REMOTE ? () => new SdkDriver() : () => new EngineDriver();
    await checkModel({ openDriver, operations, ...repeat, ...(REMOTE ? { operationsARun: 100 } : {}) });
    if (MODEL_OPERATIONS) console.info(`${ran.operations} operations, ${ran.recordsRead} records read`);
    expect(ran.recordsRead).toBeGreaterThan(operations / 2); // a model that reads nothing finds nothing
  },
  timeoutMs,
);

describe('the model finds', () => {
  it.each(Object.entries(planted))(
    '%s',
    async (_, openStorage) => {
      const run = checkModel({ openDriver: () => new EngineDriver(openStorage), operations: 40_000, shrinkMs: 0 });
      await expect(run).rejects.toThrow(/^seed /);
    },
    60_000,
  );
});
