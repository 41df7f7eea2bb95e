import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';

const cdk = join(import.meta.dirname, '../../tools/cdk.js');

it.each(['bootstrap', 'deploy', 'destroy'])(
  'refuses to %s in a shell that has sourced .local/env: its keys are no account’s',
  (command) => {
    const env = { ...process.env, LOCAL_ENDPOINTS: 'http://127.0.0.1:1', AWS_EC2_METADATA_DISABLED: 'true' };
    const { status, stderr } = spawnSync(process.execPath, [cdk, command], { env, encoding: 'utf8', timeout: 15_000 });
    expect([status, stderr]).toEqual([
      1,
      `npm run ${command}: this shell leads to the laptop's runtime, since it has sourced .local/env: use another\n`,
    ]);
  },
);
