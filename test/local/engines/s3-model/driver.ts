/** An implementation of S3 under test. Refusals reject with an error whose `name` is S3's code. */
export interface S3Driver {
  /** Whether a page of versions has its delete markers after all other versions, as the SDK gives them. */
  readonly listsMarkersLast?: true;
  createBucket(bucket: string): Promise<void>;
  deleteBucket(bucket: string): Promise<void>;
  setVersioning(bucket: string, status: 'Enabled' | 'Suspended'): Promise<void>;
  put(bucket: string, key: string, body: Buffer, condition: Condition): Promise<Written>;
  get(bucket: string, key: string, which: { versionId?: string; range?: string }): Promise<Read>;
  head(bucket: string, key: string): Promise<Omit<Read, 'body'>>;
  remove(bucket: string, key: string, versionId?: string): Promise<Removed>;
  /** Answers the keys that are gone. */
  removeMany(bucket: string, keys: readonly string[]): Promise<string[]>;
  copy(bucket: string, from: string, to: string): Promise<Written>;
  list(bucket: string, request: ListRequest): Promise<Page>;
  listVersions(bucket: string, request: ListRequest): Promise<Page>;
  createUpload(bucket: string, key: string): Promise<string>;
  uploadPart(bucket: string, key: string, upload: string, number: number, body: Buffer): Promise<{ etag: string }>;
  listParts(bucket: string, key: string, upload: string): Promise<Part[]>;
  complete(bucket: string, key: string, upload: string, parts: readonly Part[]): Promise<Written>;
  abort(bucket: string, key: string, upload: string): Promise<void>;
  /** The end of a turn: everything so far is stored. */
  settle(): Promise<void>;
  /** Ends and begins again on the same data, where that is possible. */
  restart(): Promise<void>;
  close(): Promise<void>;
  /** Takes out what is stored beside empty buckets, where that can be seen. */
  leftOver?(): string[];
}

export interface Condition {
  readonly ifMatch?: string;
  readonly ifNoneMatch?: '*';
}

export interface Written {
  /** Without quotes. */
  readonly etag: string;
  readonly versionId: string | undefined;
}

export interface Read extends Written {
  readonly body: Buffer;
  readonly size: number;
}

export interface Removed {
  readonly versionId: string | undefined;
  readonly isMarker: boolean;
}

export interface Part {
  readonly number: number;
  readonly etag: string;
}

export interface ListRequest {
  readonly prefix: string;
  readonly delimiter: string;
  readonly maxKeys: number;
  /** Of the page before. */
  readonly token?: string | undefined;
}

export interface Page {
  readonly entries: readonly Entry[];
  readonly prefixes: readonly string[];
  /** Where the next page begins, if there is one. */
  readonly token: string | undefined;
}

export interface Entry {
  readonly key: string;
  /** None of a delete marker. */
  readonly etag: string | undefined;
  readonly size: number | undefined;
  readonly versionId?: string | undefined;
  readonly isLatest?: boolean | undefined;
}
