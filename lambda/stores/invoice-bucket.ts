import {
  GetObjectCommand,
  HeadObjectCommand,
  NoSuchKey,
  NotFound,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { Invoice } from '../../domain/order/invoice.ts';
import type { InvoiceStore } from '../project-invoice/project-invoice.ts';
import type { Invoices } from '../query-history/query-history.ts';

/** Invoices as objects of one bucket. */
export class InvoiceBucket implements InvoiceStore, Invoices {
  readonly #s3: S3Client;
  readonly #bucket: string;

  constructor(s3: S3Client, bucket: string) {
    this.#s3 = s3;
    this.#bucket = bucket;
  }

  async put({ key, json }: Invoice): Promise<void> {
    await this.#s3.send(
      new PutObjectCommand({ Bucket: this.#bucket, Key: key, Body: json, ContentType: 'application/json' }),
    );
  }

  /** Whether the invoice is there. Needs `s3:ListBucket`: without it S3 answers 403 where it means 404. */
  async has(key: string): Promise<boolean> {
    try {
      await this.#s3.send(new HeadObjectCommand({ Bucket: this.#bucket, Key: key }));
      return true;
    } catch (error) {
      if (error instanceof NotFound) return false;
      throw error;
    }
  }

  /** The invoice's text; undefined where there is none (yet). Needs `s3:ListBucket` as well. */
  async get(key: string): Promise<string | undefined> {
    try {
      const { Body } = await this.#s3.send(new GetObjectCommand({ Bucket: this.#bucket, Key: key }));
      return await Body?.transformToString();
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  }
}
