import { isTuned } from './v8-tuning.ts';

/**
 * For V8's short-lived objects, of each thread, in MB. `npm start` gives every thread as much by a flag, which goes
 * before this: a semi-space of 16 MB, of which V8 counts three. What is in flight is copied each time it is full.
 * Measured on 2 cores: with half of it 6 % fewer orders a second reach both stores, and the runtime has 60 MB less while
 * it is busy; with V8's own, of twice as much, 5 % more, and 300 MB more.
 */
export const youngGenerationMb = isTuned ? 48 : undefined;
