import type { S3Client } from '@aws-sdk/client-s3';

type Sdk = Pick<
  typeof import('@aws-sdk/client-s3'),
  | 'AbortMultipartUploadCommand'
  | 'CompleteMultipartUploadCommand'
  | 'CreateMultipartUploadCommand'
  | 'PutObjectCommand'
  | 'UploadPartCommand'
>;

/** Where an object goes, as the SDK names it. */
interface Place {
  readonly Bucket: string;
  readonly Key: string;
}

/** S3 takes parts from 5 MiB on, the engine here up to 11. */
const partBytes = 8 * 1_048_576;

/**
 * Puts an object, in parts where it is larger than one. It is there whole once this resolves, and not at all before.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
 */
export const putObject = async (client: S3Client, sdk: Sdk, place: Place, body: Buffer): Promise<void> => {
  if (body.length <= partBytes) {
    await client.send(new sdk.PutObjectCommand({ ...place, Body: body }));
    return;
  }
  const { UploadId } = await client.send(new sdk.CreateMultipartUploadCommand(place));
  const upload = { ...place, UploadId };
  try {
    const Parts: { PartNumber: number; ETag: string | undefined }[] = [];
    for (let at = 0; at < body.length; at += partBytes) {
      const part = { PartNumber: Parts.length + 1, Body: body.subarray(at, at + partBytes) };
      const { ETag } = await client.send(new sdk.UploadPartCommand({ ...upload, ...part }));
      Parts.push({ PartNumber: part.PartNumber, ETag });
    }
    await client.send(new sdk.CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
  } catch (error) {
    await client.send(new sdk.AbortMultipartUploadCommand(upload)).catch(() => {}); // what came before says more
    throw error;
  }
};
