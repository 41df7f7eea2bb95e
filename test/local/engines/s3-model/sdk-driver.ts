import * as s3 from '@aws-sdk/client-s3';
import type { Entry, ListRequest, Page, S3Driver } from './driver.ts';

/** Calls S3 by the SDK: this engine over HTTP, or any other implementation. `restart` does nothing. */
export const openSdkDriver = (config: s3.S3ClientConfig): S3Driver => {
  const client = new s3.S3Client({ forcePathStyle: true, ...config });
  const written = ({ ETag, VersionId }: { ETag?: string | undefined; VersionId?: string | undefined }) => ({
    etag: bare(ETag),
    versionId: VersionId,
  });
  const position = ({ prefix, delimiter, maxKeys }: ListRequest) => ({
    Prefix: prefix,
    MaxKeys: maxKeys,
    EncodingType: 'url' as const,
    ...(delimiter !== '' && { Delimiter: delimiter }),
  });
  return {
    listsMarkersLast: true,
    createBucket: async (Bucket) => void (await client.send(new s3.CreateBucketCommand({ Bucket }))),
    deleteBucket: async (Bucket) => void (await client.send(new s3.DeleteBucketCommand({ Bucket }))),
    setVersioning: async (Bucket, Status) => {
      await client.send(new s3.PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }));
    },
    put: async (Bucket, Key, Body, { ifMatch, ifNoneMatch }) => {
      const condition = { ...(ifMatch && { IfMatch: ifMatch }), ...(ifNoneMatch && { IfNoneMatch: ifNoneMatch }) };
      return written(await client.send(new s3.PutObjectCommand({ Bucket, Key, Body, ...condition })));
    },
    get: async (Bucket, Key, { versionId: VersionId, range: Range }) => {
      const answer = await client.send(new s3.GetObjectCommand({ Bucket, Key, VersionId, Range }));
      const body = Buffer.from((await answer.Body?.transformToByteArray()) ?? []);
      return { ...written(answer), body, size: answer.ContentLength ?? 0 };
    },
    head: async (Bucket, Key) => {
      const answer = await client.send(new s3.HeadObjectCommand({ Bucket, Key }));
      return { ...written(answer), size: answer.ContentLength ?? 0 };
    },
    remove: async (Bucket, Key, versionId) => {
      const { VersionId, DeleteMarker = false } = await client.send(
        new s3.DeleteObjectCommand({ Bucket, Key, VersionId: versionId }),
      );
      return { versionId: VersionId, isMarker: DeleteMarker };
    },
    removeMany: async (Bucket, keys) => {
      const Delete = { Objects: keys.map((Key) => ({ Key })) };
      const { Deleted = [] } = await client.send(new s3.DeleteObjectsCommand({ Bucket, Delete }));
      return Deleted.map(({ Key = '' }) => Key);
    },
    copy: async (Bucket, from, Key) => {
      const CopySource = `${Bucket}/${encodeURIComponent(from)}`;
      const { CopyObjectResult, VersionId } = await client.send(new s3.CopyObjectCommand({ Bucket, Key, CopySource }));
      return { etag: bare(CopyObjectResult?.ETag), versionId: VersionId };
    },
    list: async (Bucket, request) => {
      const page = await client.send(
        new s3.ListObjectsV2Command({ Bucket, ...position(request), ContinuationToken: request.token }),
      );
      const entries = (page.Contents ?? []).map(
        ({ Key = '', ETag, Size }): Entry => ({
          key: decodeURIComponent(Key),
          etag: bare(ETag),
          size: Size,
          versionId: undefined,
          isLatest: undefined,
        }),
      );
      return { entries, prefixes: prefixesOf(page), token: page.NextContinuationToken };
    },
    listVersions: async (Bucket, request) => {
      const [KeyMarker, VersionIdMarker] = JSON.parse(request.token ?? '[]');
      const page = await client.send(
        new s3.ListObjectVersionsCommand({ Bucket, ...position(request), KeyMarker, VersionIdMarker }),
      );
      const found: s3.ObjectVersion[] = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])];
      const entries = found.map(
        ({ Key = '', ETag, Size, VersionId, IsLatest }): Entry => ({
          key: decodeURIComponent(Key),
          etag: ETag && bare(ETag),
          size: Size,
          versionId: VersionId,
          isLatest: IsLatest,
        }),
      );
      const next = [decodeURIComponent(page.NextKeyMarker ?? ''), page.NextVersionIdMarker];
      return { entries, prefixes: prefixesOf(page), token: page.IsTruncated ? JSON.stringify(next) : undefined };
    },
    createUpload: async (Bucket, Key) =>
      (await client.send(new s3.CreateMultipartUploadCommand({ Bucket, Key }))).UploadId ?? '',
    uploadPart: async (Bucket, Key, UploadId, PartNumber, Body) =>
      written(await client.send(new s3.UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }))),
    listParts: async (Bucket, Key, UploadId) => {
      const { Parts = [] } = await client.send(new s3.ListPartsCommand({ Bucket, Key, UploadId }));
      return Parts.map(({ PartNumber = 0, ETag }) => ({ number: PartNumber, etag: bare(ETag) }));
    },
    complete: async (Bucket, Key, UploadId, parts) => {
      const Parts = parts.map(({ number, etag }) => ({ PartNumber: number, ETag: etag }));
      const command = new s3.CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } });
      return written(await client.send(command));
    },
    abort: async (Bucket, Key, UploadId) => {
      await client.send(new s3.AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
    },
    settle: async () => {},
    restart: async () => {},
    close: async () => client.destroy(),
  };
};

const bare = (etag: string | undefined): string => (etag ?? '').replaceAll('"', '');

const prefixesOf = ({ CommonPrefixes = [] }: { CommonPrefixes?: s3.CommonPrefix[] }): Page['prefixes'] =>
  CommonPrefixes.map(({ Prefix = '' }) => decodeURIComponent(Prefix));
