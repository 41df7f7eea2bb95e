import type { LocalContext } from '../context.ts';
import { lazily } from '../lazily.ts';

/** Takes the objects of a delivery stream. */
export interface ObjectStore {
  /** Resolves once the bucket has it. */
  put(key: string, body: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** The bucket of this name; the SDK's client is loaded with the first object. */
export const bucketStore = (bucket: string, { region, credentials, endpoints }: LocalContext): ObjectStore => {
  const s3 = lazily(async () => {
    const { S3Client, PutObjectCommand } = await import('@aws-sdk/client-s3');
    const options = { region, credentials, endpoint: endpoints.s3, forcePathStyle: true, maxAttempts: 1 };
    return { client: new S3Client(options), PutObjectCommand };
  });
  return {
    put: async (key, body) => {
      const { client, PutObjectCommand } = await s3.get();
      await client.send(
        new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType: 'application/octet-stream' }),
      );
    },
    close: async () => (await s3.made())?.client.destroy(),
  };
};
