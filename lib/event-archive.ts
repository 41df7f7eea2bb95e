import { Construct } from 'constructs';
import { archiveFolder, archivePrefix } from '../lambda/stores/archive-keys.ts';
import type { EventStream } from './event-stream.ts';
import { AppFunction } from './parts/app-function.ts';
import { BucketDelivery } from './parts/bucket-delivery.ts';
import { PrivateBucket } from './parts/private-bucket.ts';

export interface EventArchiveProps {
  readonly stream: EventStream;
  readonly production: boolean;
}

/**
 * stream → Firehose → archive-event → bucket: every record, whole, with its place on the stream, beyond the stream's
 * retention; a folder an hour, compressed. At least once: readers drop equal sequence numbers. What could not be
 * archived lies under errors/.
 */
export class EventArchive extends Construct {
  readonly bucket: PrivateBucket;

  constructor(scope: Construct, id: string, { stream, production }: EventArchiveProps) {
    super(scope, id);
    this.bucket = new PrivateBucket(this, 'Events', { production });
    stream.registerDelivery('archive');
    new BucketDelivery(this, 'Delivery', {
      source: stream,
      transform: new AppFunction(this, 'Transform', { name: 'archive-event' }),
      transformAfterSeconds: 60,
      consequence: 'events are missing from the archive, and from every replay and rebuild',
      bucket: this.bucket,
      keys: [`${archivePrefix}*`, 'errors/*'],
      prefix: archiveFolder,
      errorOutputPrefix: `errors/!{firehose:error-output-type}/${archiveFolder}`,
      fileExtension: '.jsonl.gz',
      compressionFormat: 'GZIP',
      // Few large objects: what isn't here yet is still on the stream.
      bufferingHints: { intervalInSeconds: 300, sizeInMBs: 64 },
    });
  }
}
