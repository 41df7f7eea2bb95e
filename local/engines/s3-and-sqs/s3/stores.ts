import type { Storage } from '../../../storage/storage.ts';
import type { Sequence } from '../sequence.ts';
import { Bodies } from './bodies.ts';
import { Buckets } from './buckets.ts';
import { Objects } from './objects.ts';
import { Uploads } from './uploads.ts';

/** All that S3 keeps. */
export interface S3Stores {
  readonly storage: Storage;
  readonly buckets: Buckets;
  readonly objects: Objects;
  readonly bodies: Bodies;
  readonly uploads: Uploads;
}

export const openS3Stores = (storage: Storage, sequence: Sequence): S3Stores => {
  const bodies = new Bodies(storage, sequence);
  return {
    storage,
    bodies,
    buckets: new Buckets(storage),
    objects: new Objects(storage, bodies, sequence),
    uploads: new Uploads(storage, bodies),
  };
};
