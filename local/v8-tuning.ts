import { setFlagsFromString } from 'node:v8';

/**
 * False with `V8_TUNING=off`: V8 then keeps its own flags and its own sizes for young objects. All of the tuning is off
 * with `V8_TUNING=off node local/start.js`, which also leaves out the two flags of `npm start`. `npm run bench:cold` and
 * `npm run bench` take the variable too.
 */
export const isTuned = process.env.V8_TUNING !== 'off';

/**
 * Heaps triple between two full collections, where an environment's grew by half: each collection also drops what was
 * compiled for functions that each call makes anew, as the middleware of the AWS SDK does. They are then compiled again.
 * Measured on 2 cores, warm: an order takes 8 % less CPU.
 *
 * The thresholds of the compilers stay V8's own. TurboFan without Maglev, from 400 calls on, took 12.5 to 17.8 ms of
 * CPU for each of the first 1,400 orders where V8's own take 9.4 to 12.1: a dozen threads compile the same code, all
 * at once. After 7,000 orders both take the same (7.4 and 7.5 ms).
 */
export const v8Flags: readonly string[] = isTuned ? ['--heap-growing-percent=200'] : [];

/** From now on, for every thread. Not while the process starts, since compiled code is kept for equal flags only. */
export const tuneV8 = (): void => {
  for (const flag of v8Flags) setFlagsFromString(flag);
};
