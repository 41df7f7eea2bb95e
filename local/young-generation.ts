/**
 * For V8's short-lived objects, of each thread, in MB. `npm start` gives every thread as much by a flag, which goes
 * before this: a semi-space of 8 MB, of which V8 counts three. Measured on 2 cores: with half of it an order of a large
 * batch takes 8 % more CPU, since what is in flight is copied at every turn; with twice as much it takes 6 % less, and
 * the runtime has 100 MB more.
 */
export const youngGenerationMb = 24;
