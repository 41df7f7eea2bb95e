// `cdk`, with its compiled code, and that of the app it starts, kept from run to run: a quarter less to compute.
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

const [, , command] = process.argv;
if (process.env.LOCAL_ENDPOINTS !== undefined && command !== 'synth') {
  process.stderr.write(
    `npm run ${command}: this shell leads to the laptop's runtime, since it has sourced .local/env: use another\n`,
  );
  process.exit(1);
}
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, '../.local/compile-cache');
enableCompileCache(process.env.NODE_COMPILE_CACHE);
await import('aws-cdk/bin/cdk');
