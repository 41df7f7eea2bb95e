import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ApiRequest } from '../../../local/api-gateway/api-request.ts';
import { proxyResponse } from '../../../local/api-gateway/proxy-response.ts';

const request = { requestId: 'f3b1c2d4-0000-4000-8000-000000000000', trace: 'Root=1-0-0', headers: {} } as ApiRequest;

const map = (response: unknown, accept?: string, binaryMediaTypes: string[] = []) =>
  proxyResponse(JSON.stringify(response) ?? 'null', { ...request, headers: { accept } }, binaryMediaTypes);

/** Without those that each response has. */
const headers = (response: unknown): string[] | undefined => map(response)?.headers.slice(0, -6);

describe('the response of a Lambda proxy integration', () => {
  it('is 200 with an empty body where the function says nothing else', () => {
    expect(map({})).toMatchObject({ status: 200, body: '' });
    expect(map({ headers: { a: 'b' } })).toMatchObject({ status: 200 });
    expect(
      map({ statusCode: 200, headers: null, multiValueHeaders: null, body: null, isBase64Encoded: null }),
    ).toMatchObject({
      status: 200,
      body: '',
    });
  });

  it('is an answer or none, whatever the function returns', () => {
    const keys = ['statusCode', 'headers', 'multiValueHeaders', 'body', 'isBase64Encoded'];
    const response = fc.oneof(fc.jsonValue(), fc.dictionary(fc.constantFrom(...keys), fc.jsonValue()));
    fc.assert(
      fc.property(response, (returned) => {
        const answer = map(returned);
        expect(answer === undefined || (answer.status >= 200 && answer.headers.length % 2 === 0)).toBe(true);
      }),
    );
  });

  it('takes a status as text', () => {
    expect(map({ statusCode: '201' })).toMatchObject({ status: 201 });
  });

  it.each([
    ['another key', { statusCode: 200, foo: 1 }],
    ['the error object of a function', { errorType: 'Error', errorMessage: 'no', trace: [] }],
    ['text', 'hello'],
    ['a number', 200],
    ['a list', [{ statusCode: 200 }]],
    ['null', null],
    ['nothing', undefined],
    ['a status that is no number', { statusCode: 'two hundred' }],
    ['an empty status', { statusCode: '' }],
    ['a status of null', { statusCode: null }],
    ['a fractional status', { statusCode: 200.5 }],
    ['an informational status', { statusCode: 100 }],
    ['a status out of range', { statusCode: 1_000 }],
    ['an object as the body', { statusCode: 200, body: { a: 1 } }],
    ['a number as the body', { statusCode: 200, body: 1 }],
    ['a list of headers', { headers: [] }],
    ['text for headers', { headers: 'a: b' }],
    ['an object as a header', { headers: { a: {} } }],
    ['a multi value that is no list', { multiValueHeaders: { a: 'b' } }],
    ['an object in a multi value', { multiValueHeaders: { a: [{}] } }],
    ['text for isBase64Encoded', { isBase64Encoded: 'true' }],
  ])('is none when the function returns %s', (_name, response) => {
    expect(map(response)).toBeUndefined();
  });

  it('is none when the payload is no JSON', () => {
    expect(proxyResponse('{', request, [])).toBeUndefined();
  });

  it('is JSON by default', () => {
    expect(headers({})).toEqual(['Content-Type', 'application/json']);
    expect(headers({ headers: { 'content-type': 'text/plain' } })).toEqual(['content-type', 'text/plain']);
  });

  it('spells out booleans and numbers in headers', () => {
    expect(headers({ headers: { 'Content-Type': 'a/b', cached: true, age: 5 } })).toEqual([
      'Content-Type',
      'a/b',
      'cached',
      'true',
      'age',
      '5',
    ]);
  });

  it('puts multi values first, in their spelling, and repeats nothing of them', () => {
    expect(
      headers({
        headers: { 'set-cookie': 'b=2', 'SET-COOKIE': 'c=3', 'content-type': 'a/b' },
        multiValueHeaders: { 'Set-Cookie': ['a=1', 'b=2'] },
      }),
    ).toEqual(['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'Set-Cookie', 'c=3', 'content-type', 'a/b']);
  });

  it('passes on under another name what the API says itself', () => {
    expect(headers({ headers: { 'Content-Length': '3', Date: 'x', 'transfer-encoding': 'chunked' } })).toEqual([
      'x-amzn-Remapped-Content-Length',
      '3',
      'x-amzn-Remapped-Date',
      'x',
      'Content-Type',
      'application/json',
    ]);
  });

  it('names request and trace', () => {
    expect(map({})?.headers.slice(-6)).toEqual([
      'x-amzn-RequestId',
      request.requestId,
      'x-amz-apigw-id',
      expect.stringMatching(/^.{15}=$/),
      'X-Amzn-Trace-Id',
      'Root=1-0-0',
    ]);
  });

  it.each([
    ['image/png', ['image/png'], 'bytes'],
    ['image/png;q=0.9', ['image/*'], 'bytes'],
    ['text/html', ['*/*'], 'bytes'],
    [undefined, ['*/*'], 'bytes'],
    ['text/html, image/png', ['image/png'], 'text'],
    ['text/html', ['image/png'], 'text'],
    [undefined, ['image/png'], 'text'],
    ['image/png', [], 'text'],
  ])('answers Accept %s of an API for %j with %s of a base64 body', (accept, binaryMediaTypes, expected) => {
    const answer = map({ body: 'AP8=', isBase64Encoded: true }, accept, binaryMediaTypes);
    expect(answer?.body).toEqual(expected === 'bytes' ? Buffer.from([0, 255]) : 'AP8=');
  });
});
