import { malformedXml, S3Error } from './errors.ts';
import type { S3Answer, S3Request } from './request.ts';
import type { S3Stores } from './stores.ts';
import { xmlType } from './write-object.ts';
import { contentsOf, document, elements, textOf } from './xml.ts';

const mostObjects = 1_000;

/** `DeleteObjects`: each object by itself, as `DeleteObject` deletes one. */
export const deleteObjects = (stores: S3Stores, request: S3Request, now: number): S3Answer => {
  const bucket = stores.buckets.get(request.bucket);
  const xml = request.payload.bytes.toString();
  const named = contentsOf(xml, 'Object').map((object) => {
    const key = textOf(object, 'Key');
    if (!key) throw malformedXml();
    return { key, versionId: textOf(object, 'VersionId') };
  });
  if (named.length === 0 || named.length > mostObjects) throw malformedXml();

  const results = named.map(({ key, versionId }) => {
    try {
      const deleted = stores.objects.delete(bucket, key, now, versionId);
      const { versionId: id, isMarker } = deleted;
      const marker = isMarker && { DeleteMarker: true, DeleteMarkerVersionId: id };
      return { isError: false, xml: `<Deleted>${elements({ Key: key, VersionId: versionId, ...marker })}</Deleted>` };
    } catch (error) {
      if (!(error instanceof S3Error)) throw error;
      const { code: Code, message: Message } = error;
      return { isError: true, xml: `<Error>${elements({ Key: key, VersionId: versionId, Code, Message })}</Error>` };
    }
  });
  const isQuiet = textOf(xml, 'Quiet')?.trim() === 'true';
  const told = results.filter(({ isError }) => isError || !isQuiet);
  return { status: 200, headers: xmlType, body: document('DeleteResult', told.map((result) => result.xml).join('')) };
};
