import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { readDeployment } from '../../operations/deployment.ts';

const folder = mkdtempSync(join(tmpdir(), 'deployment-'));
afterAll(() => rmSync(folder, { recursive: true }));

const names = { store: 's', function: 'f', mapping: 'm' };
const slots = { blue: names, green: names };
const deployedAt = (ApiUrl: string) => {
  const outputs = { ApiUrl, Slots: JSON.stringify({ orders: slots, invoices: slots }) };
  writeFileSync(join(folder, 'outputs.json'), JSON.stringify({ EventSourcing: outputs }));
  return readDeployment(folder);
};

describe('a deployment', () => {
  it('in an account is looked for in its own region, whatever the operator’s default is', () =>
    expect(deployedAt('https://a1b2.execute-api.ap-southeast-2.amazonaws.com/prod/').environment).toEqual({
      AWS_REGION: 'ap-southeast-2',
    }));
});
