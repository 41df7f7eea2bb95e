/** A response before it is written: status, names and values in turn, and the body. */
export interface Answer {
  readonly status: number;
  readonly headers: string[];
  readonly body: string | Buffer;
}
