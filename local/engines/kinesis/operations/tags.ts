import { invalidArgument } from '../errors.ts';
import { listOf, mapOf, type OfStream, ofStream, required, tagKey, tagValue, upTo } from '../members.ts';
import { operation } from '../operation.ts';

const mostTags = 50;
const otherCharacters = /[^\p{L}\p{Z}\p{N}_.:/=+\-@]/u;

/** Throws for a key or a value that AWS doesn't allow, and for too many of them. `failed` begins the message. */
export const checkTags = (tags: Readonly<Record<string, string>>, failed: string): void => {
  if (
    Object.entries(tags)
      .flat()
      .some((text) => otherCharacters.test(text))
  )
    throw invalidArgument(
      'Some tags contain invalid characters. Valid characters: Unicode letters, digits, white space, _ . : / = + - @.',
    );
  if (Object.keys(tags).length > mostTags)
    throw invalidArgument(
      `${failed} because a given stream cannot have more than ${mostTags} tags associated with it.`,
    );
};

export const addTagsToStream = operation<OfStream & { readonly Tags: Readonly<Record<string, string>> }>(
  { ...ofStream, Tags: required(mapOf(tagKey, tagValue, 1, 50)) },
  ({ streams }, input) => {
    const stream = streams.of(input);
    const tags = { ...stream.stored.tags, ...input.Tags };
    checkTags(tags, `Failed to add tags to stream ${stream.name} under account ${streams.place.accountId}`);
    streams.change(stream, { tags });
    return undefined;
  },
);

export const removeTagsFromStream = operation<OfStream & { readonly TagKeys: readonly string[] }>(
  { ...ofStream, TagKeys: required(listOf(tagKey, 1, 50)) },
  ({ streams }, input) => {
    const stream = streams.of(input);
    const kept = Object.entries(stream.stored.tags).filter(([key]) => !input.TagKeys.includes(key));
    streams.change(stream, { tags: Object.fromEntries(kept) });
    return undefined;
  },
);

interface List extends OfStream {
  readonly Limit?: number | null;
  readonly ExclusiveStartTagKey?: string | null;
}

export const listTagsForStream = operation<List>(
  { ...ofStream, Limit: upTo(mostTags), ExclusiveStartTagKey: tagKey },
  ({ streams }, input) => {
    const { Limit, ExclusiveStartTagKey: start } = input;
    const { tags } = streams.of(input).stored;
    const keys = Object.keys(tags)
      .sort()
      .filter((key) => start == null || key > start);
    const page = keys.slice(0, Limit ?? mostTags);
    return {
      Tags: page.map((key) => ({ Key: key, Value: tags[key] })),
      HasMoreTags: page.length < keys.length,
    };
  },
);
