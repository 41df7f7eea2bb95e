// Runs before every npm script, on whatever Node the machine has (20 or later): installs what the lockfile says when
// it is not there yet, and says so in one sentence when no Node 24 is to be had.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';

const lockfile = 'package-lock.json';
const installed = 'node_modules/.package-lock.json';

// The one from npm needs the GNU C library: on Alpine every script would end with `node: not found`.
const removeNodeThatCannotRun = (path) => {
  try {
    execFileSync(path, ['--version'], { stdio: 'ignore', env: {} });
  } catch {
    rmSync(path, { force: true });
  }
};

const { dependencies, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
const isComplete = Object.keys({ ...dependencies, ...devDependencies }).every((name) =>
  existsSync(`node_modules/${name}`),
);

if (!isComplete || !existsSync(installed) || statSync(installed).mtimeMs < statSync(lockfile).mtimeMs) {
  process.stderr.write('installing dependencies (npm ci) … ');
  try {
    // All of it, also where NODE_ENV=production or the user's own settings leave something out.
    execFileSync('npm', ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'], {
      stdio: ['ignore', 'ignore', 'inherit'],
      shell: process.platform === 'win32',
    });
  } catch {
    process.stderr.write('\nnpm ci failed; its own message stands above\n');
    process.exit(1);
  }
  process.stderr.write('done\n');
  if (process.platform === 'linux') removeNodeThatCannotRun('node_modules/.bin/node');
}

const bundledNode = ['node_modules/.bin/node', 'node_modules/.bin/node.cmd'].some((path) => existsSync(path));
if (!bundledNode && Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(`Node 24 or later is needed on this machine (found ${process.version}): https://nodejs.org\n`);
  process.exit(1);
}
