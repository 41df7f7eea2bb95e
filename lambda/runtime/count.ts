import * as z from 'zod/mini';

/** A parameter that is an integer from 1 to `most`. */
export const count = (most: number) =>
  z.pipe(
    z
      .string()
      .check(
        z.refine((text) => /^[1-9]\d{0,9}$/.test(text) && Number(text) <= most, `must be an integer from 1 to ${most}`),
      ),
    z.transform(Number),
  );
