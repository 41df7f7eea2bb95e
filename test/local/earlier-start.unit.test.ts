import { expect, it } from '@jest/globals';
import { forgetEarlierStart, servedHere } from '../../local/earlier-start.ts';

const own = { AWS_ENDPOINT_URL_S3: 'https://s3.example.com' };
const started = { AWS_REGION: 'us-east-1', ...own, AWS_ENDPOINT_URL_SQS: 'http://127.0.0.1:1' };

it('the endpoints that a runtime serves are those in its environment but the operator’s own', () => {
  expect(servedHere(started, own)).toBe('http://127.0.0.1:1');
});

it('only the endpoints of an earlier start are forgotten', () => {
  const sourced = {
    ...started,
    LOCAL_ENDPOINTS: servedHere(started, own),
    AWS_ENDPOINT_URL_KINESIS: 'http://127.0.0.1:2',
  };
  expect(forgetEarlierStart(sourced)).toBe(true);
  expect(sourced).toMatchObject({ ...own, AWS_ENDPOINT_URL_KINESIS: 'http://127.0.0.1:2' });
  expect(sourced).not.toHaveProperty('AWS_ENDPOINT_URL_SQS');
  expect(forgetEarlierStart(sourced)).toBe(false);
  expect(forgetEarlierStart({ ...own })).toBe(false);
});
