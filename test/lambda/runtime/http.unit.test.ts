import * as z from 'zod/mini';
import { bodyText, headerValues, httpHandler, invalid, json, readQuery } from '../../../lambda/runtime/http.ts';
import { proxyEvent } from '../../support/events.ts';

const Query = z.strictObject({ a: z.string().check(z.minLength(2, 'is too short')), b: z.optional(z.string()) });

describe('an HTTP handler', () => {
  it('turns a problem into its document', async () => {
    const handler = httpHandler(async () => {
      throw invalid([
        { field: 'a', detail: 'is wrong' },
        { field: 'b.c', detail: 'is missing' },
      ]);
    });
    const { statusCode, headers, body } = await handler(proxyEvent({}));
    expect([statusCode, headers?.['Content-Type']]).toEqual([422, 'application/problem+json']);
    expect(JSON.parse(body)).toEqual({
      type: 'about:blank',
      title: 'Unprocessable Content',
      status: 422,
      code: 'invalid-request',
      detail: 'a is wrong; b.c is missing',
      errors: [
        { field: 'a', detail: 'is wrong' },
        { field: 'b.c', detail: 'is missing' },
      ],
    });
  });

  it('lets any other error go on to Lambda', async () => {
    const handler = httpHandler(async () => {
      throw new TypeError('a defect');
    });
    await expect(handler(proxyEvent({}))).rejects.toThrow(TypeError);
  });

  it('answers JSON that pages may read and caches may not keep', () => {
    expect(json(200, { a: 1 }, { 'X-More': 'x' })).toEqual({
      statusCode: 200,
      headers: expect.objectContaining({
        'Access-Control-Allow-Origin': '*',
        'Cache-Control': 'no-store',
        'X-More': 'x',
      }),
      body: '{"a":1}',
    });
  });

  it('names every wrong, repeated and unknown parameter at once', () => {
    const request = proxyEvent({
      query: [
        ['a', 'x'],
        ['b', '1'],
        ['b', '2'],
        ['c', '3'],
      ],
    });
    expect(() => readQuery(request, Query)).toThrow('b must be given once; a is too short; c is not known here');
  });

  it('reads a query without the map of repeated parameters, as a caller by hand may send it', () => {
    const request = { ...proxyEvent({ query: [['a', 'xy']] }), multiValueQueryStringParameters: null as never };
    expect(readQuery(request, Query)).toEqual({ a: 'xy' });
  });

  it('finds a header whatever its case, and every value of it', () => {
    const request = { ...proxyEvent({ headers: { 'X-One': '1' } }), multiValueHeaders: { 'x-ONE': ['1', '2'] } };
    expect(headerValues(request, 'x-one')).toEqual(['1', '2']);
    expect(headerValues({ ...request, multiValueHeaders: null as never }, 'x-one')).toEqual(['1']);
    expect(headerValues(request, 'x-two')).toEqual([]);
  });

  it('reads a body as text, from base64 too', () => {
    expect(bodyText(proxyEvent({ body: 'Zürich' }))).toBe('Zürich');
    expect(bodyText(proxyEvent({ body: Buffer.from('Zürich') }))).toBe('Zürich');
    expect(() => bodyText(proxyEvent({}))).toThrow('The body must not be empty.');
  });
});
