import { startKinesis } from '../../../local/engines/kinesis.ts';

/** A process that holds the Kinesis engine over the folder of its first argument, until it is killed. */
const { url } = await startKinesis({ path: process.argv[2] ?? '' });
console.log(url);
