// `cdk`, with its compiled code, and that of the app it starts, kept from run to run: a quarter less to compute.
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, '../.local/compile-cache');
enableCompileCache(process.env.NODE_COMPILE_CACHE);
await import('aws-cdk/bin/cdk');
