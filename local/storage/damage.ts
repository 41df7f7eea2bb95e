/** What a store on disk has lost, or may have. Nothing is served from it. */
export class StorageDamage extends Error {
  override readonly name = 'StorageDamage';
  /** The file. */
  readonly path: string;
  /** What is wrong with it, as the end of a sentence. */
  readonly fault: string;

  constructor(path: string, fault: string) {
    super(`${path} is damaged: ${fault}`);
    this.path = path;
    this.fault = fault;
  }
}

/** Ends this thread with the error if it is damage: nothing more may be served. Anything else is left alone. */
export const endOnDamage = (error: unknown): void => {
  if (!(error instanceof StorageDamage)) return;
  setImmediate(() => {
    throw error;
  });
};

/** What SQLite says of a damaged file becomes damage; a file that is in use or a full disk is none. */
export const asDamage = (error: unknown, path: string): unknown => {
  const { errcode, message } = error as Error & { readonly errcode?: number };
  return errcode !== undefined && damageCodes.has(errcode & 0xff) ? new StorageDamage(path, message) : error;
};

/** SQLITE_CORRUPT and SQLITE_NOTADB. https://sqlite.org/rescode.html */
const damageCodes = new Set([11, 26]);
