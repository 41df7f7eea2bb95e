import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readLocalFiles } from '../../local/local-files.ts';
import { writeAssembly } from '../support/assembly.ts';
import { eventually } from '../support/eventually.ts';
import { openToOthers, withUsualMask } from '../support/open-to-others.ts';

const slow = `exports.handler = async (event) => {
  console.log('under way');
  await new Promise((resolve) => setTimeout(resolve, event.queryStringParameters?.ms ?? 1_000));
  return { statusCode: 200, body: process.env.TZ };
};`;

const api = (): string =>
  writeAssembly(
    {
      Resources: {
        Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'probe' } },
        Get: {
          Type: 'AWS::ApiGateway::Method',
          Properties: {
            RestApiId: { Ref: 'Api' },
            ResourceId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] },
            HttpMethod: 'GET',
            AuthorizationType: 'NONE',
            Integration: {
              Type: 'AWS_PROXY',
              IntegrationHttpMethod: 'POST',
              Uri: {
                'Fn::Sub': `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/\${Slow.Arn}/invocations`,
              },
            },
          },
        },
        Deployment: {
          Type: 'AWS::ApiGateway::Deployment',
          Properties: { RestApiId: { Ref: 'Api' } },
          DependsOn: 'Get',
        },
        Stage: {
          Type: 'AWS::ApiGateway::Stage',
          Properties: { RestApiId: { Ref: 'Api' }, DeploymentId: { Ref: 'Deployment' }, StageName: 'prod' },
        },
        Key: { Type: 'AWS::ApiGateway::ApiKey', Properties: { Enabled: true } },
        Slow: {
          Type: 'AWS::Lambda::Function',
          Properties: {
            Code: { S3Bucket: 'x', S3Key: 'slow.zip' },
            Handler: 'index.handler',
            Runtime: 'nodejs24.x',
            Role: 'arn:aws:iam::000000000000:role/probe',
            Timeout: 10,
          },
        },
        Bucket: { Type: 'AWS::S3::Bucket' },
      },
      Outputs: {
        Url: { Value: { 'Fn::Sub': `https://\${Api}.execute-api.\${AWS::Region}.amazonaws.com/\${Stage}/` } },
      },
      Metadata: { Examples: [`curl '\${Url}' -H 'x-api-key: \${ApiKey}'`] },
    },
    { slow: { 'index.js': slow } },
  );

const cli = join(import.meta.dirname, '../../local/start.js');
let folder: string;
const children: ChildProcess[] = [];
const servers: Server[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'probe-cli-'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const server of servers.splice(0)) server.close();
  rmSync(folder, { recursive: true, force: true });
});

const start = (...args: string[]) => startIn({}, ...args);
const startIn = (environment: Record<string, string>, ...args: string[]) => {
  const env = { ...process.env, TZ: 'Asia/Tokyo', ...environment };
  const child = spawn(process.execPath, [cli, ...args], { cwd: folder, env });
  children.push(child);
  let printed = '';
  const collect = (chunk: Buffer) => {
    printed += chunk;
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const exited = once(child, 'exit').then(([code]) => code as number);
  return {
    child,
    exited,
    printed: () => printed,
    lines: () => printed.trimEnd().split('\n'),
    /** Waits until the function runs. */
    underWay: () =>
      eventually(() => {
        const logs = /^ {2}logs +(\S+)/m.exec(printed)?.[1] ?? '';
        expect(readFileSync(join(logs, 'Probe-Slow.log'), 'utf8')).toContain('under way');
      }),
    /** Waits for the last line of a start. */
    ready: () =>
      eventually(() => {
        if (child.exitCode !== null) return;
        expect(printed).toMatch(/^ready in \d+\.\d s/m);
      }, 15_000),
  };
};
const local = (file: string): string => readFileSync(join(folder, '.local', file), 'utf8');
const urlOf = (): string => JSON.parse(local('outputs.json')).Probe.Url;

describe('npm start', () => {
  it('explains itself', async () => {
    const help = start('--help');
    expect(await help.exited).toBe(0);
    for (const flag of ['--port', '--data-dir', '--assembly', '-c', '--environments', '--aws-pace']) {
      expect(help.printed()).toContain(flag);
    }
    expect(existsSync(join(folder, '.local/outputs.json'))).toBe(false);
  });

  it.each([
    [['--prot', '1'], 2, "npm start: Unknown option '--prot'; --help lists the flags"],
    [['--port', 'x'], 2, 'npm start: --port takes a whole number from 0 to 65535, not "x"'],
    [[], 1, /^npm start: \S+ has no cdk\.json: start in the folder of a CDK app, or name an assembly by --assembly$/],
    [['--assembly', 'nowhere'], 1, /^npm start: \S+nowhere is no cloud assembly/],
  ])('answers %j by one line', async (args, exitCode, line) => {
    const refused = start(...args);
    expect(await refused.exited).toBe(exitCode);
    expect(refused.lines()).toEqual([typeof line === 'string' ? line : expect.stringMatching(line)]);
  });

  it('says last that it is ready, after all that one needs to use it', async () => {
    const started = start('--assembly', api(), '--port', '0');
    await started.ready();
    const url = urlOf();
    const key = local('api-key').trim();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/prod\/$/);
    expect(started.lines().at(-1)).toMatch(/^ready in/);
    expect(started.printed()).toContain(`curl '${url}' -H 'x-api-key: ${key}'`);
    expect(local('outputs.json')).toBe(`${JSON.stringify({ Probe: { Url: url } }, undefined, 2)}\n`);
    expect(local('env')).toMatch(/^export AWS_ENDPOINT_URL_S3='http:\/\/127\.0\.0\.1:\d+'$/m);
    for (const secret of ['env', 'api-key']) expect(statSync(join(folder, '.local', secret)).mode & 0o777).toBe(0o600);
  });

  it('keeps all that it writes from other users, also in a data directory that was open to them', async () => {
    const data = join(folder, 'data');
    mkdirSync(data, { mode: 0o755 });
    const started = await withUsualMask(() => start('--assembly', api(), '--port', '0', '--data-dir', data));
    await started.ready();
    const answer = fetch(`${urlOf()}?ms=1`);
    await started.underWay();
    await answer;

    expect(existsSync(join(data, 'logs/Probe-Slow.log'))).toBe(true);
    expect(openToOthers(data)).toEqual([]);
    expect(openToOthers(join(folder, '.local'))).toEqual([]);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('finishes what is under way at %s and exits 0', async (signal) => {
    const started = start('--assembly', api(), '--port', '0');
    await started.ready();
    const answer = fetch(urlOf());
    await started.underWay();
    started.child.kill(signal);
    started.child.kill(signal); // npm passes on what the terminal has sent already
    const response = await answer;
    expect([response.status, await response.text()]).toEqual([200, ':UTC']);
    expect(await started.exited).toBe(0);
    expect(started.lines().slice(-2)).toEqual([
      'closing: finishing what is under way; Ctrl-C again ends at once',
      'closed',
    ]);
  });

  it('closes as ever when what reads its lines has gone first, as `tee` has at Ctrl-C', async () => {
    const started = start('--assembly', api(), '--port', '0', '--data-dir', 'kept');
    await started.ready();
    started.child.stdout?.destroy();
    started.child.stderr?.destroy();
    started.child.kill('SIGINT');
    expect(await started.exited).toBe(0);
    expect(existsSync(join(folder, 'kept', 'runtime.pid'))).toBe(false);
  });

  it("closes when npm's shell is killed, which takes the signal for itself", async () => {
    const command = `'${process.execPath}' '${cli}' --assembly '${api()}' --port 0; true`;
    const shell = spawn('sh', ['-c', command], { cwd: folder, env: { ...process.env, npm_lifecycle_event: 'start' } });
    children.push(shell);
    let printed = '';
    shell.stdout.on('data', (chunk) => {
      printed += chunk;
    });
    await eventually(() => expect(printed).toMatch(/^ready/m), 15_000);
    shell.kill('SIGTERM');
    await eventually(() => expect(printed).toMatch(/^closed$/m));
  });

  it('ends at once at the second Ctrl-C, and removes its temporary data all the same', async () => {
    const started = start('--assembly', api(), '--port', '0');
    await started.ready();
    const data = /^ {2}data +(\S+), removed on exit/m.exec(started.printed())?.[1] ?? '';
    expect(existsSync(data)).toBe(true);
    const answer = fetch(`${urlOf()}?ms=9000`).catch(() => 'cut off');
    await started.underWay();
    started.child.kill('SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 400)); // any sooner, and it would be the same Ctrl-C
    started.child.kill('SIGINT');
    expect(await started.exited).toBe(130);
    expect(await answer).toBe('cut off');
    expect(existsSync(data)).toBe(false);
  });

  it('removes the temporary data of a runtime that was killed, and leaves that of one which runs', async () => {
    const start = () => startIn({ TMPDIR: folder }, '--assembly', assembly, '--port', '0');
    const assembly = api();
    const [killed, running] = [start(), start()];
    await Promise.all([killed.ready(), running.ready()]);
    const dataOf = ({ printed }: typeof killed) => /^ {2}data +(\S+),/m.exec(printed())?.[1] ?? '';
    for (const runtime of [killed, running]) utimesSync(dataOf(runtime), 0, 0);
    killed.child.kill('SIGKILL');
    await killed.exited;
    await start().ready();
    await eventually(() => expect(existsSync(dataOf(killed))).toBe(false), 10_000);
    expect(existsSync(dataOf(running))).toBe(true);
  });

  it('says what to run first where npm, told to ignore scripts, has installed nothing', () => {
    mkdirSync(join(folder, 'local'));
    copyFileSync(cli, join(folder, 'local/start.js'));
    const { status, stderr } = spawnSync(process.execPath, ['local/start.js'], { cwd: folder, encoding: 'utf8' });
    expect([status, stderr]).toEqual([
      1,
      'npm start: nothing is installed, since npm is set to ignore scripts: run `node tools/install.js` first\n',
    ]);
  });

  it('names the flag when its port is busy', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    servers.push(server);
    const refused = start('--assembly', api(), '--port', `${port}`);
    expect(await refused.exited).toBe(1);
    expect(refused.lines().at(-1)).toBe(
      `npm start: Api (AWS::ApiGateway::RestApi): port ${port} is busy; --port chooses another`,
    );
  });

  it('closes what it started where it cannot write what clients read, and says why in one line', async () => {
    writeFileSync(join(folder, '.local'), '');
    const refused = start('--assembly', api(), '--port', '0', '--data-dir', 'kept');
    expect(await refused.exited).toBe(1);
    expect(refused.lines().at(-1)).toMatch(
      /^npm start: \S+\/\.local\S* can't be used: a file stands where a folder is/,
    );
    expect(refused.printed()).not.toContain('    at ');
    expect(existsSync(join(folder, 'kept', 'runtime.pid'))).toBe(false);
  });

  it('ends with one line when its disk is full, wherever that was found', async () => {
    const full = join(folder, 'full.mjs');
    writeFileSync(
      full,
      `import { isMainThread } from 'node:worker_threads';
       const error = Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC', syscall: 'write' });
       if (isMainThread) process.on('SIGUSR2', () => Promise.reject(error));`,
    );
    const started = startIn({ NODE_OPTIONS: `--import ${full}` }, '--assembly', api(), '--port', '0');
    await started.ready();
    started.child.kill('SIGUSR2');
    expect(await started.exited).toBe(1);
    expect(started.lines().at(-1)).toMatch(/^npm start: a file can't be used: its disk is full \(ENOSPC/);
  });

  it('runs engines of its own in a shell that has the endpoints of an earlier start', async () => {
    const gone = 'http://127.0.0.1:1';
    const sourced = { AWS_ENDPOINT_URL_S3: gone, LOCAL_ENDPOINTS: gone };
    const started = startIn(sourced, '--assembly', api(), '--port', '0');
    await started.ready();
    expect(started.lines()[0]).toBe(
      'not used: the endpoints of an earlier start, which this shell has from .local/env',
    );
    const { environment } = readLocalFiles(join(folder, '.local'));
    expect(environment.AWS_ENDPOINT_URL_S3).not.toBe(gone);
    expect(environment.LOCAL_ENDPOINTS?.split(' ')).toContain(environment.AWS_ENDPOINT_URL_S3);
  });

  it.each(['/proc/x', '/proc/x/y', '/proc'])('names the flag when %s is to keep the data', async (dataDir) => {
    const refused = start('--assembly', api(), '--port', '0', '--data-dir', dataDir);
    expect(await refused.exited).toBe(1);
    expect(refused.lines().at(-1)).toMatch(/^npm start: --data-dir: \/proc\S* can't be used: /);
  });

  it('keeps key and data from start to start, for one runtime at a time', async () => {
    const assembly = api();
    const args = ['--assembly', assembly, '--port', '0', '--data-dir', 'kept'];
    const first = start(...args);
    await first.ready();
    const key = local('api-key');
    const second = start(...args);
    expect(await second.exited).toBe(1);
    expect(second.lines().at(-1)).toBe(
      `npm start: another runtime (process ${first.child.pid}) is using ${join(folder, 'kept')}: stop it, or choose another --data-dir`,
    );
    first.child.kill('SIGKILL');
    await first.exited;
    const third = start(...args);
    await third.ready();
    expect(local('api-key')).toBe(key);
  });
});
