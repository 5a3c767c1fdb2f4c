import type { EpochMs } from '../../schemas/columns.ts';
import { ANY, factsOf, type Filters } from '../../schemas/kinds.ts';
import { BASE64_PAGE, RAW_VERSION, type RawHeader } from '../../schemas/raw-header.ts';
import { anyFilters, type Slice } from '../domain/slice.ts';
import { DamagedObjectError } from '../errors.ts';
import type { LineCodec, LineWriter } from '../ports.ts';

export interface RawContext {
  readonly slice: Slice;
  readonly observedAt: EpochMs;
  readonly request: RawHeader['request'];
  readonly options: RawHeader['options'];
  readonly versions: RawHeader['versions'];
}

const LINE_FEED = 0x0a;
/** How the line of a page begins that is not there as it came. */
const ESCAPED = Buffer.from(`{"${BASE64_PAGE}":`);

/** Takes the pages of one attempt as they come. */
export interface RawPages {
  readonly append: (page: Uint8Array) => Promise<void>;
  /** The file's bytes, after the last page. */
  finish(): Promise<Uint8Array>;
  discard(): void;
}

/** Begins a file of raw pages with its header. */
export async function openRaw(codec: LineCodec, context: RawContext): Promise<RawPages> {
  const writer: LineWriter = codec.create();
  await writer.append(encode(headerOf(context)));
  return {
    append: (page) => writer.append(asLine(page)),
    finish: () => writer.finish(),
    discard: () => writer.discard(),
  };
}

/** A file of raw pages, read back. */
export interface RawFile {
  readonly header: RawHeader;
  /** The pages' bytes as AWS sent them, one at a time. */
  readonly pages: AsyncIterable<Uint8Array>;
}

/** Throws `DamagedObjectError`, also while the pages are read, when the bytes are no file of raw pages. */
export async function readRaw(codec: LineCodec, bytes: Uint8Array): Promise<RawFile> {
  const lines = codec.read(bytes)[Symbol.asyncIterator]();
  const first = await lines.next();
  if (first.done) throw new DamagedObjectError('it has no header');
  return { header: parseHeader(first.value), pages: pagesOf(lines) };
}

async function* pagesOf(lines: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (let next = await lines.next(); !next.done; next = await lines.next()) yield asPage(next.value);
}

function headerOf({ slice, observedAt, request, options, versions }: RawContext): RawHeader {
  return {
    raw_version: RAW_VERSION,
    kind: slice.kind,
    aggregation_period: slice.aggregationPeriod,
    region: slice.region,
    scope: slice.scope,
    table: slice.table,
    observed_at: new Date(observedAt).toISOString(),
    operation: factsOf(slice.kind).operation,
    request,
    options,
    versions,
  };
}

/** The slice whose pages follow a header. */
export function sliceOfHeader(header: RawHeader): Slice {
  const { kind, region, scope, table, request, aggregation_period: aggregationPeriod } = header;
  const asked = factsOf(kind).filters.map((name) => [name, String(request[name] ?? ANY)]);
  const filters: Filters = { ...anyFilters, ...Object.fromEntries(asked) };
  return { kind, aggregationPeriod, region, scope, table, filters };
}

function parseHeader(line: Uint8Array): RawHeader {
  const header = parse(line) as Partial<RawHeader> | null;
  if (header?.raw_version === RAW_VERSION && !Number.isNaN(Date.parse(header.observed_at ?? ''))) {
    return header as RawHeader;
  }
  throw new DamagedObjectError(`expected a header of version ${RAW_VERSION} in its first line`);
}

/** JSON may hold line feeds between its tokens, which would part a page. */
function asLine(page: Uint8Array): Uint8Array {
  if (!page.includes(LINE_FEED) && !isEscaped(page)) return page;
  return encode({ [BASE64_PAGE]: Buffer.from(page).toString('base64') });
}

function asPage(line: Uint8Array): Uint8Array {
  if (!isEscaped(line)) return line;
  const { [BASE64_PAGE]: text } = parse(line) as Readonly<Record<string, string>>;
  return Buffer.from(text ?? '', 'base64');
}

function isEscaped(line: Uint8Array): boolean {
  return Buffer.from(line.subarray(0, ESCAPED.length)).equals(ESCAPED);
}

function encode(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

function parse(line: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(line));
  } catch (cause) {
    throw new DamagedObjectError('a line is not JSON', { cause });
  }
}
