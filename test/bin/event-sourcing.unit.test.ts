import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { folders } from '../support/synth.ts';

const bin = join(import.meta.dirname, '../../bin/event-sourcing.ts');
const scratch = mkdtempSync(join(tmpdir(), 'bin-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** Those of the functions that stand in the stack by default. */
const functionFolders = folders.filter((name) => name !== 'put-item').length;

const environment = (outdir: string, context: object) => ({
  ...process.env,
  CDK_OUTDIR: join(scratch, outdir),
  CDK_CONTEXT_JSON: JSON.stringify(context),
});

const outputsOf = (outdir: string) =>
  Object.keys(JSON.parse(readFileSync(join(scratch, outdir, 'EventSourcing.template.json'), 'utf8')).Outputs);

/** The directories of the functions' code, as the assets of the assembly name them. */
function bundlesOf(outdir: string): string[] {
  const { files } = JSON.parse(readFileSync(join(scratch, outdir, 'EventSourcing.assets.json'), 'utf8'));
  const paths = Object.values(files as Record<string, { source: { path: string; packaging: string } }>);
  return paths
    .filter(({ source }) => source.packaging === 'zip')
    .map(({ source }) => join(scratch, outdir, source.path))
    .filter((path) => existsSync(join(path, 'handler.cjs')));
}

describe('bin/event-sourcing.ts', () => {
  it('synthesizes in a process, with the context that the CLI hands it', async () => {
    await promisify(execFile)(process.execPath, [bin], { env: environment('process', { auth: 'iam' }) });
    expect(outputsOf('process')).not.toContain('ApiKeyId');
    expect(bundlesOf('process')).toHaveLength(functionFolders);
  });

  it('synthesizes in a worker thread', async () => {
    const worker = new Worker(bin, { env: environment('worker', {}) });
    const [code] = await once(worker, 'exit');
    expect(code).toBe(0);
    expect(outputsOf('worker')).toContain('ApiKeyId');
    expect(bundlesOf('worker')).toHaveLength(functionFolders);
  });

  it('ends with one sentence on every wrong setting, and no stack trace', async () => {
    const run = promisify(execFile)(process.execPath, [bin], {
      env: environment('refused', { auth: 'open', shards: 'many' }),
    });
    await expect(run).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^Wrong settings:\n {2}-c auth=open: .+\n {2}-c shards=many: .+\n$/),
    });
  });

  it('ends likewise where a setting names what the stack has none of', async () => {
    const run = promisify(execFile)(process.execPath, [bin], {
      env: environment('unknown', { enhancedFanOut: 'check-event,archive,check-events' }),
    });
    await expect(run).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^Wrong settings:\n( {2}-c enhancedFanOut=check-event,archive,check-events: (archive can|no con).+\n){2}$/,
      ),
    });
  });
});
