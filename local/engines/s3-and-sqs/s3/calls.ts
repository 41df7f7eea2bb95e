import { createBucket, deleteBucket, getVersioning, headBucket, listBuckets, putVersioning } from './bucket-calls.ts';
import { deleteObjects } from './delete-objects.ts';
import { notImplemented, S3Error } from './errors.ts';
import { answerListing, answerVersions } from './list-objects.ts';
import { abortUpload, completeUpload, createUpload, listParts, uploadPart, uploadPartCopy } from './multipart.ts';
import { readObject } from './read-object.ts';
import type { S3Answer, S3Request } from './request.ts';
import type { S3Stores } from './stores.ts';
import { copyObject, deleteObject, putObject } from './write-object.ts';

type Call = (stores: S3Stores, request: S3Request, now: number) => S3Answer;

/** Parts of a bucket or an object that this engine does not have. */
const unknownParts = new Set(
  (
    'accelerate acl analytics attributes cors encryption intelligent-tiering inventory legal-hold lifecycle location ' +
    'logging metrics notification object-lock ownershipControls policy policyStatus publicAccessBlock renameObject ' +
    'replication requestPayment restore retention select tagging torrent website'
  ).split(' '),
);

/** Answers a request to S3; throws an `S3Error` if it is refused. */
export const answerS3: Call = (stores, request, now) => callOf(request)(stores, request, now);

const callOf = (request: S3Request): Call => {
  for (const name of request.query.keys()) if (unknownParts.has(name)) throw notImplemented();
  const call = request.bucket === '' ? ofService(request) : request.key === '' ? ofBucket(request) : ofObject(request);
  if (call) return call;
  throw new S3Error(405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.');
};

const ofService = ({ method }: S3Request): Call | undefined => (method === 'GET' ? listBuckets : undefined);

const ofBucket = ({ method, query }: S3Request): Call | undefined => {
  switch (method) {
    case 'GET':
      if (query.has('uploads')) throw notImplemented();
      if (query.has('versioning')) return getVersioning;
      return query.has('versions') ? answerVersions : answerListing;
    case 'PUT':
      return query.has('versioning') ? putVersioning : createBucket;
    case 'HEAD':
      return headBucket;
    case 'DELETE':
      return deleteBucket;
    case 'POST':
      return query.has('delete') ? deleteObjects : undefined;
    default:
      return undefined;
  }
};

const ofObject = ({ method, query, headers }: S3Request): Call | undefined => {
  const isCopy = headers['x-amz-copy-source'] !== undefined;
  switch (method) {
    case 'GET':
      return query.has('uploadId') ? listParts : readObject;
    case 'HEAD':
      return readObject;
    case 'PUT':
      if (query.has('uploadId')) return isCopy ? uploadPartCopy : uploadPart;
      return isCopy ? copyObject : putObject;
    case 'DELETE':
      return query.has('uploadId') ? abortUpload : deleteObject;
    case 'POST':
      if (query.has('uploads')) return createUpload;
      return query.has('uploadId') ? completeUpload : undefined;
    default:
      return undefined;
  }
};
