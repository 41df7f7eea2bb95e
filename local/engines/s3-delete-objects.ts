import type { Reply, Request, S3Store } from './fauxqs.ts';
import { s3ErrorXml } from './s3-error.ts';

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/**
 * `DeleteObjects`. Each entity of the request is read once: fauxqs reads `&amp;lt;` as `<`, and so deletes another
 * object than the one named.
 */
export function deleteObjects(request: Request, reply: Reply, s3: S3Store): void {
  const { bucket = '' } = request.params as Record<string, string>;
  const xml = String(request.body);
  reply.header('content-type', 'application/xml');
  if (!s3.buckets.has(bucket)) {
    reply.code(404).send(s3ErrorXml('NoSuchBucket', 'The specified bucket does not exist'));
    return;
  }
  const keys = [...xml.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) => unescapeXml(key));
  s3.deleteObjects(bucket, keys);
  const deleted = /<Quiet>\s*true\s*<\/Quiet>/.test(xml) ? [] : keys;
  reply.send(
    `<?xml version="1.0" encoding="UTF-8"?>\n<DeleteResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${deleted
      .map((key) => `<Deleted><Key>${escapeXml(key)}</Key></Deleted>`)
      .join('')}</DeleteResult>`,
  );
}

const unescapeXml = (text: string) =>
  text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (all, hex, decimal, name) => {
    if (name) return entities[name] ?? all;
    return String.fromCodePoint(hex ? Number.parseInt(hex, 16) : Number(decimal));
  });

const escapeXml = (text: string) =>
  text.replace(/[&<>"'\p{Cc}\u2028]/gu, (char) => `&#x${char.codePointAt(0)?.toString(16).toUpperCase()};`);
