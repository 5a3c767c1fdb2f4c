import type { ListedObject } from '../../ports.ts';
import { BrokenTransferError } from './errors.ts';

/** What is looked at of S3's answer to GetObject. */
export interface ObjectAnswer {
  readonly Body?: { transformToByteArray(): Promise<Uint8Array> } | undefined;
  readonly ContentLength?: number | undefined;
  readonly ContentRange?: string | undefined;
  readonly ETag?: string | undefined;
}

/** What is looked at of S3's answer to ListObjectsV2. */
export interface ListingAnswer {
  readonly Contents?:
    readonly { readonly Key?: string | undefined; readonly Size?: number | undefined }[] | undefined;
  readonly EncodingType?: string | undefined;
  readonly IsTruncated?: boolean | undefined;
  readonly NextContinuationToken?: string | undefined;
}

export interface FetchedObject {
  readonly bytes: Uint8Array;
  readonly version: string;
  /** Whether the bytes are the asked range of the object, not all of it. */
  readonly partial: boolean;
}

export const beyondTheEnd: FetchedObject = { bytes: new Uint8Array(0), version: '', partial: true };

/** The body to its last byte. Throws BrokenTransferError for one that ends early or fails its checksum. */
export async function readWhole(answer: ObjectAnswer): Promise<FetchedObject> {
  const { Body, ContentLength, ContentRange, ETag } = answer;
  const bytes = await Body?.transformToByteArray().catch((cause: unknown) => {
    throw new BrokenTransferError('the object broke off or came damaged', { cause });
  });
  if (!bytes || !ETag) throw new BrokenTransferError('the answer holds no object');
  if (ContentLength !== undefined && bytes.length !== ContentLength) {
    throw new BrokenTransferError(`expected ${ContentLength} bytes, got ${bytes.length}`);
  }
  return { bytes, version: ETag, partial: ContentRange !== undefined };
}

/** Throws BrokenTransferError for a page that would end the listing too early or never. */
export function checked(page: ListingAnswer, token: string | undefined): ListingAnswer {
  const next = page.NextContinuationToken;
  // An empty body reads as a listing without objects; a listing always says whether it is cut.
  if (page.IsTruncated === undefined) throw new BrokenTransferError('the answer holds no listing');
  if (page.IsTruncated && !next) throw new BrokenTransferError('a truncated listing names no next page');
  if (next && next === token) throw new BrokenTransferError('the listing repeats a page');
  return page;
}

export function* listedObjects(page: ListingAnswer, rootLength: number): Iterable<ListedObject> {
  for (const { Key = '', Size = 0 } of page.Contents ?? []) {
    const key = page.EncodingType === 'url' ? decodeURIComponent(Key.replaceAll('+', ' ')) : Key;
    // The prefix itself may exist as a folder marker, made by the S3 console.
    if (key.length > rootLength) yield { key: key.slice(rootLength), size: Size };
  }
}
