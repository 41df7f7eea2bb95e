import * as z from 'zod/mini';

/**
 * The function's environment variables, each read by its schema, once, at cold start. Throws one error that names every
 * variable that is missing or wrong.
 */
export function readEnv<Shape extends Record<string, z.ZodMiniType>>(
  shape: Shape,
  env: NodeJS.ProcessEnv = process.env,
): z.infer<z.ZodMiniObject<Shape>> {
  const result = z.object(shape).safeParse(env);
  if (result.success) return result.data;
  const names = new Set(result.error.issues.map(({ path }) => String(path[0])));
  throw new Error(`environment variables missing or wrong: ${[...names].join(', ')}`);
}

/** A variable that holds a name. */
export const name = z.string().check(z.minLength(1));

/** A variable that holds a positive integer. */
export const count = z.pipe(
  z.string().check(z.regex(/^[1-9]\d{0,8}$/)),
  z.transform((text) => Number(text)),
);
