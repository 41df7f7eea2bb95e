/**
 * The thread of a CDK app: runs the module that it is given, and says with which code it is about to exit. When it has
 * said so the assembly is there, and the thread is left to write down the code that it has compiled.
 */
import { parentPort, workerData } from 'node:worker_threads';

process.on('exit', (exitCode) => parentPort?.postMessage(exitCode));
await import(workerData as string);
