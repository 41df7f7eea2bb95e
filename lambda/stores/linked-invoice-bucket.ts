import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { InvoiceLink, InvoiceLinks } from '../presign-invoice/presign-invoice.ts';
import { InvoiceBucket } from './invoice-bucket.ts';

// SigV4 allows no longer lifetime.
const maxLifetimeSeconds = 7 * 24 * 60 * 60;

/** The bucket of invoices, with links to them. */
export class LinkedInvoiceBucket extends InvoiceBucket implements InvoiceLinks {
  readonly #s3: S3Client;
  readonly #bucket: string;
  readonly #lifetimeSeconds: number;

  constructor(s3: S3Client, bucket: string, lifetimeSeconds: number) {
    super(s3, bucket);
    this.#s3 = s3;
    this.#bucket = bucket;
    this.#lifetimeSeconds = Math.min(lifetimeSeconds, maxLifetimeSeconds);
  }

  /**
   * Signs without a call. A link ends with the credentials that signed it, so it never claims to live longer than they
   * say they do. (Lambda does not say when a role's credentials in its environment end; they outlive the environment.)
   */
  async link(key: string): Promise<InvoiceLink> {
    const { expiration } = await this.#s3.config.credentials();
    const signingDate = new Date(Math.floor(Date.now() / 1_000) * 1_000);
    const credentialSeconds = expiration
      ? Math.floor((expiration.getTime() - signingDate.getTime()) / 1_000)
      : Infinity;
    const expiresIn = Math.min(this.#lifetimeSeconds, credentialSeconds);
    const url = await getSignedUrl(this.#s3, new GetObjectCommand({ Bucket: this.#bucket, Key: key }), {
      expiresIn,
      signingDate,
    });
    return { url, expiresAt: new Date(signingDate.getTime() + expiresIn * 1_000) };
  }
}
