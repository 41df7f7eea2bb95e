import { Worker } from 'node:worker_threads';

it("reads and writes sequence numbers and hash keys exactly as kinesalite's own arithmetic does", async () => {
  const worker = new Worker(new URL('./kinesis-numbers-worker.ts', import.meta.url));
  await new Promise<void>((resolve, reject) => {
    worker.on('error', reject).on('exit', () => resolve());
  });
});
