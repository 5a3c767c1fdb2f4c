/** The parts of parquetjs-lite 0.8.7 that this room uses; the package ships no types. */
declare module 'parquetjs-lite' {
  interface FieldDefinition {
    readonly type: 'UTF8' | 'INT64' | 'DATE' | 'TIMESTAMP_MILLIS';
    readonly optional: boolean;
    readonly compression: 'GZIP';
    /** Default: PLAIN. */
    readonly encoding?: 'PLAIN' | 'RLE_DICTIONARY';
    readonly statistics?: false;
  }

  interface WriterOptions {
    readonly rowGroupSize: number;
    readonly pageSize: number;
    readonly pageIndex: boolean;
    readonly useDataPageV2: boolean;
  }

  /** One column of the page being gathered. `dlevels` says, row by row, whether there is a value. */
  interface ColumnBuffer {
    readonly dlevels: number[];
    readonly rlevels: number[];
    /** Indices, where the encoding is that of a dictionary. */
    readonly values: unknown[] | Uint32Array;
    readonly distinct_values: Set<unknown>;
    readonly count: number;
  }

  interface RowBuffer {
    readonly rowCount: number;
    readonly pageRowCount: number;
    readonly columnData: Readonly<Record<string, ColumnBuffer>>;
    /** Filled as pages are encoded. */
    readonly pages: Readonly<Record<string, { page: Uint8Array }[]>>;
  }

  /** Whole numbers of 64 bits are numbers as they are written, and objects as they are read back. */
  type Whole = number | { valueOf(): number };

  interface ColumnMetaData {
    readonly num_values: Whole;
    readonly encodings: number[];
    readonly total_compressed_size: Whole;
    data_page_offset: Whole;
    dictionary_page_offset: Whole | null;
    encoding_stats: object[] | null;
  }

  interface WrittenChunk {
    file_offset: Whole;
    readonly meta_data: ColumnMetaData;
  }

  interface WrittenRowGroup {
    columns: readonly WrittenChunk[];
    readonly num_rows: Whole;
    total_byte_size: Whole;
  }

  interface ParquetSchema {
    readonly fields: Readonly<Record<string, { readonly primitiveType: string }>>;
  }

  type Envelope = Pick<ParquetEnvelopeWriter, 'writeHeader' | 'writeRowGroup' | 'writeFooter'>;

  class ParquetEnvelopeWriter {
    constructor(
      schema: ParquetSchema,
      write: (chunk: Uint8Array) => Promise<void>,
      close: () => Promise<void>,
      fileOffset: number,
      options: WriterOptions,
    );
    /** The encodings of the next row group are read from it. */
    schema: ParquetSchema;
    rowGroups: readonly WrittenRowGroup[];
    rowCount: number;
    writeHeader(): unknown;
    writeRowGroup(rows: RowBuffer): unknown;
    /** Keys and values for the footer. */
    writeFooter(userMetadata: Readonly<Record<string, string>>): unknown;
  }

  class ParquetWriter {
    constructor(schema: ParquetSchema, envelope: Envelope, options: WriterOptions);
    rowBuffer: RowBuffer;
    appendRow(row: Readonly<Record<string, unknown>>): Promise<void>;
    close(): Promise<void>;
  }

  const parquetjs: {
    readonly ParquetSchema: new (fields: Readonly<Record<string, FieldDefinition>>) => ParquetSchema;
    readonly ParquetEnvelopeWriter: typeof ParquetEnvelopeWriter;
    readonly ParquetWriter: typeof ParquetWriter;
  };
  // A CommonJS package: only its default import works.
  export { parquetjs as default };
  export type {
    ColumnBuffer,
    ColumnMetaData,
    FieldDefinition,
    ParquetEnvelopeWriter,
    ParquetSchema,
    ParquetWriter,
    RowBuffer,
    WriterOptions,
    WrittenRowGroup,
  };
}

/** Encodings by name: what a schema may ask for. */
declare module 'parquetjs-lite/lib/codec/index.js' {
  interface Codec {
    encodeValues(type: string | undefined, values: unknown[], options: object): Buffer;
  }
  const codecs: {
    readonly PLAIN: Codec;
    RLE_DICTIONARY?: { encodeValues(type: string, indices: Uint32Array): Buffer };
  };
  export { codecs as default };
}

declare module 'parquetjs-lite/lib/compression.js' {
  const compression: { deflate(method: 'GZIP', bytes: Uint8Array): Buffer };
  export { compression as default };
}

declare module 'parquetjs-lite/lib/util.js' {
  const util: {
    serializeThrift(struct: object): Buffer;
    /** Fills the struct. Returns the bytes it took. */
    decodeThrift(struct: object, bytes: Buffer): number;
  };
  export { util as default };
}

/** The structures of the format. Source: parquet.thrift of Apache Parquet. */
declare module 'parquetjs-lite/gen-nodejs/parquet_types.js' {
  import type { WrittenRowGroup } from 'parquetjs-lite';

  type Struct = new (fields: Readonly<Record<string, unknown>>) => object;
  const thrift: {
    readonly FileMetaData: new () => {
      readonly row_groups: readonly WrittenRowGroup[];
    };
    readonly PageHeader: Struct;
    readonly DictionaryPageHeader: Struct;
    readonly PageEncodingStats: Struct;
    readonly PageType: { readonly DATA_PAGE: number; readonly DICTIONARY_PAGE: number };
    readonly Encoding: { readonly PLAIN: number; readonly RLE_DICTIONARY: number };
  };
  export { thrift as default };
}
