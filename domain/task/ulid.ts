import * as z from 'zod/mini';

/** A ULID (https://github.com/ulid/spec) in its one canonical spelling: 26 upper-case characters, sortable by time. */
export const Ulid = z.string('must be a ULID').check(z.regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/, 'must be a ULID'));
