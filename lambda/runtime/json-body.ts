import type { APIGatewayProxyEvent } from 'aws-lambda';
import type * as z from 'zod/mini';
import { type FieldProblem, fieldPath, fieldProblems } from '../../domain/problem.ts';
import { bodyText, invalid, unreadable } from './http.ts';
import { type Flaw, readJson } from './json.ts';

/** Parses a body; throws a `Problem` where it is no JSON. */
export function parseBody(text: string): { value: unknown; flaws: Flaw[] } {
  try {
    return readJson(text);
  } catch (error) {
    throw unreadable(`must be JSON (${(error as Error).message.slice(0, 200).toWellFormed()})`);
  }
}

export const flawProblem = ({ path, detail }: Flaw): FieldProblem => ({ field: fieldPath(path) || 'body', detail });

/** The request's body as `schema` reads it; throws a `Problem` that names every wrong field. */
export function readBody<Schema extends z.ZodMiniType>(request: APIGatewayProxyEvent, schema: Schema): z.infer<Schema> {
  const { value, flaws } = parseBody(bodyText(request));
  const result = schema.safeParse(value);
  if (result.success && flaws.length === 0) return result.data;
  const wrong = fieldProblems(result.error?.issues ?? [], []).map(({ field, ...rest }) => ({
    field: field || 'body',
    ...rest,
  }));
  throw invalid([...flaws.map(flawProblem), ...wrong]);
}
