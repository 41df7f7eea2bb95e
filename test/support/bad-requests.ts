import { badBodies } from './bad-requests/bad-bodies.ts';
import { badFields } from './bad-requests/bad-fields.ts';
import { badIds } from './bad-requests/bad-ids.ts';
import { badJson } from './bad-requests/bad-json.ts';
import { badQueries } from './bad-requests/bad-queries.ts';
import type { BadRequest } from './bad-requests/bad-request.ts';
import { badTasks } from './bad-requests/bad-tasks.ts';

/** Every request that a client may not send, to be tried against the functions and over HTTP alike. */
export const badRequests: readonly BadRequest[] = [
  ...badBodies,
  ...badFields,
  ...badIds,
  ...badJson,
  ...badQueries,
  ...badTasks,
];
