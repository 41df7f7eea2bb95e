import type { APIGatewayProxyEvent } from 'aws-lambda';
import * as z from 'zod/mini';
import type { TaskIntent } from '../../domain/task/task.ts';
import { Done, Name, Summary } from '../../domain/task/task-events.ts';
import { headerValues, invalid } from '../runtime/http.ts';
import { readBody } from '../runtime/json-body.ts';

const NewTask = z.strictObject(
  { name: Name, summary: z.optional(Summary), done: z.optional(Done) },
  'must be an object',
);
const Changes = z
  .strictObject({ name: z.optional(Name), summary: z.optional(Summary), done: z.optional(Done) }, 'must be an object')
  .check(z.refine((changes) => Object.keys(changes).length > 0, 'must change name, summary or done'));

/** What the request wants of its task. */
export function readIntent(request: APIGatewayProxyEvent): TaskIntent {
  switch (request.httpMethod) {
    case 'POST': {
      const { name, summary = null, done = false } = readBody(request, NewTask);
      return { type: 'CreateTask', name, summary, done };
    }
    case 'PATCH':
      return { type: 'UpdateTask', changes: readBody(request, Changes) };
    case 'DELETE':
      return { type: 'DeleteTask' };
    default:
      throw new Error(`no command is given by ${request.httpMethod}`);
  }
}

const entityTag = /^(?:W\/)?"[!#-~]*"$/;

/**
 * The versions that `If-Match` names; undefined where any version will do.
 * https://www.rfc-editor.org/rfc/rfc9110#field.if-match
 */
export function readIfMatch(request: APIGatewayProxyEvent): readonly string[] | undefined {
  const header = headerValues(request, 'if-match').join(',').trim();
  if (header === '*' || (header === '' && headerValues(request, 'if-match').length === 0)) return undefined;
  const tags = header.split(',').map((tag) => tag.trim());
  if (tags.every((tag) => entityTag.test(tag))) return tags;
  throw invalid([{ field: 'If-Match', detail: 'must be * or entity tags in quotes, such as "7"' }]);
}

/** Who asks: the id of the key or the name of the signer; never the key itself. */
export const actorOf = ({ requestContext }: APIGatewayProxyEvent): string =>
  requestContext?.identity?.userArn ?? requestContext?.identity?.apiKeyId ?? 'anyone';

/**
 * Whom an `Idempotency-Key` belongs to: who asks, whichever session of a role it is, for a client that sends again
 * after a restart has a new one.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns
 */
export const callerOf = (request: APIGatewayProxyEvent): string =>
  actorOf(request).replace(/^(arn:[^:]+:sts::\d+:assumed-role\/[^/]+)\/.*$/, '$1');
