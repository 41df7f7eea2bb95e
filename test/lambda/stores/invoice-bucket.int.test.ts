import { CreateBucketCommand, GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { LinkedInvoiceBucket } from '../../../lambda/stores/linked-invoice-bucket.ts';
import { startS3AndSqs } from '../../../local/engines/s3-and-sqs.ts';
import { client, credentials, keys, scratchFolder, started } from '../../local/engines/scratch.ts';

const Bucket = 'invoices';
const invoice = { key: 'invoices/a1/v1/e1.json', json: '{"city":"Zürich 😀","totalCents":900}' };
let s3: S3Client;
let endpoint: string;

beforeAll(async () => {
  ({ url: endpoint } = await started(startS3AndSqs({ path: scratchFolder(), keys })));
  s3 = new S3Client({ ...client, endpoint, requestChecksumCalculation: 'WHEN_REQUIRED' });
  await s3.send(new CreateBucketCommand({ Bucket }));
});
afterAll(() => s3.destroy());

describe('the invoice bucket', () => {
  it('keeps an invoice as JSON, the same however often it is written', async () => {
    const invoices = new LinkedInvoiceBucket(s3, Bucket, 900);
    await invoices.put(invoice);
    await invoices.put(invoice);
    const { Body, ContentType } = await s3.send(new GetObjectCommand({ Bucket, Key: invoice.key }));
    expect(await Body?.transformToString()).toBe(invoice.json);
    expect(ContentType).toBe('application/json');
  });

  it('knows which invoices are there', async () => {
    const invoices = new LinkedInvoiceBucket(s3, Bucket, 900);
    await invoices.put(invoice);
    expect(await invoices.has(invoice.key)).toBe(true);
    expect(await invoices.has('invoices/a1/v1/e2.json')).toBe(false);
  });

  it('does not take a refusal for an invoice that is not there', async () => {
    const stranger = new S3Client({
      ...client,
      endpoint,
      credentials: { accessKeyId: 'AKIASTRANGER', secretAccessKey: 'x' },
    });
    await expect(new LinkedInvoiceBucket(stranger, Bucket, 900).has(invoice.key)).rejects.toThrow();
    stranger.destroy();
  });

  it('links to the invoice, for as long as it says', async () => {
    const invoices = new LinkedInvoiceBucket(s3, Bucket, 60);
    await invoices.put(invoice);
    const { url, expiresAt } = await invoices.link(invoice.key);

    expect(await (await fetch(url)).text()).toBe(invoice.json);
    const parameters = new URL(url).searchParams;
    const signed = (parameters.get('X-Amz-Date') ?? '').replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5');
    expect(parameters.get('X-Amz-Expires')).toBe('60');
    expect(expiresAt.getTime()).toBe(Date.parse(signed) + 60_000);
    expect((await fetch(url, { method: 'PUT', body: 'x' })).status).toBe(403);
  });

  it('links no longer than the credentials live that signed', async () => {
    const expiration = new Date(Date.now() + 30_000);
    const passing = new S3Client({ ...client, endpoint, credentials: async () => ({ ...credentials, expiration }) });
    const { url, expiresAt } = await new LinkedInvoiceBucket(passing, Bucket, 900).link(invoice.key);
    expect(expiresAt.getTime()).toBeLessThanOrEqual(expiration.getTime());
    expect(Number(new URL(url).searchParams.get('X-Amz-Expires'))).toBeGreaterThan(0);
    passing.destroy();
  });
});
