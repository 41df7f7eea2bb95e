import type { SentRequest } from '../events.ts';
import { type BadRequest, show } from './bad-request.ts';

const id = '01KAXA0000000000000000TASK';
const post = (body: string | Uint8Array, headers: Record<string, string> = {}): SentRequest => ({
  method: 'POST',
  path: '/tasks',
  headers: { 'Content-Type': 'application/json', ...headers },
  body,
});
const patch = (body: string | Uint8Array, headers: Record<string, string> = {}): SentRequest => ({
  ...post(body, headers),
  method: 'PATCH',
  path: `/tasks/${id}`,
  resource: '/tasks/{id}',
  pathParameters: { id },
});

/** Bodies that are no object of JSON, whatever is asked with them. */
const bodies: [body: string | Uint8Array, status: number, field: string][] = [
  ['', 400, 'body'],
  ['{', 400, 'body'],
  ['{"name":NaN}', 400, 'body'],
  [Uint8Array.of(0x7b, 0xff, 0x7d), 400, 'body'],
  ['null', 422, 'body'],
  ['7', 422, 'body'],
  ['[]', 422, 'body'],
  ['"name"', 422, 'body'],
  ['{"name":"a","name":"b"}', 422, 'name'],
  ['{"name":"a","__proto__":{}}', 422, '__proto__'],
  ['{"name":"\\ud800"}', 422, 'name'],
];
/** Fields that are wrong in a new task and in a change alike. */
const fields: [fields: object, field: string][] = [
  ...['', 7, null, {}, [], true, 'x'.repeat(257)].map((name): [object, string] => [{ name }, 'name']),
  ...[7, false, {}, [], 'x'.repeat(10_001)].map((summary): [object, string] => [{ name: 'a', summary }, 'summary']),
  ...['true', 1, 0, null, {}, []].map((done): [object, string] => [{ name: 'a', done }, 'done']),
  ...['id', 'deleted', 'created_at', 'version', 'Name'].map((name): [object, string] => [
    { name: 'a', [name]: 'a' },
    name,
  ]),
];

/** Commands to tasks with bodies and headers that are wrong. */
export const badTasks: BadRequest[] = [
  ...[post, patch].flatMap((send) => [
    ...bodies.map(([body, status, field]) => ({ request: send(body), status, field, what: show(body) })),
    ...fields.map(([body, field]) => ({ request: send(JSON.stringify(body)), status: 422, field, what: show(body) })),
  ]),
  ...['{}', '{"summary":null}'].map((body) => ({ request: post(body), status: 422, field: 'name', what: body })),
  { request: patch('{}'), status: 422, field: 'body', what: '{}' },
  ...['', 'x'.repeat(256), 'é', 'a\u0000'].map((key) => ({
    request: post('{"name":"a"}', { 'Idempotency-Key': key }),
    status: 422,
    field: 'Idempotency-Key',
    what: `Idempotency-Key: ${show(key)}`,
  })),
  {
    request: patch('{"name":"a"}', { 'Idempotency-Key': 'key' }),
    status: 422,
    field: 'Idempotency-Key',
    what: 'an Idempotency-Key',
  },
  ...['7', '"7', 'W/7', '""7""'].map((tag) => ({
    request: patch('{"name":"a"}', { 'If-Match': tag }),
    status: 422,
    field: 'If-Match',
    what: `If-Match: ${tag}`,
  })),
].map(({ request, status, field, what }) => ({
  name: `${request.method} ${request.path} with ${what}`,
  request,
  status,
  field,
}));
