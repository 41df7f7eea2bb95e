import { startS3AndSqs } from '../../../local/engines/s3-and-sqs.ts';

/** A process that holds the engine over the folder of its first argument until its input ends. */
const [path = '', accessKeyId = '', secretAccessKey = ''] = process.argv.slice(2);
const engine = await startS3AndSqs({ path, keys: new Map([[accessKeyId, secretAccessKey]]) });
console.log(engine.url);
process.stdin.on('end', () => engine.close()).resume();
