import { startLocal } from '../../local/start-local.ts';

/** A process that runs the assembly of its first argument on the data of its second, until it is killed. */
const [assembly = '', dataDir = ''] = process.argv.slice(2);
const { environment, outputs } = await startLocal({ assembly, dataDir });
console.log(JSON.stringify({ environment, outputs }));
