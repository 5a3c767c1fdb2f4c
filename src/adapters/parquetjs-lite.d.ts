/** The parts of parquetjs-lite 0.8.7 that parquet-writer.ts uses; the package ships no types. */
declare module 'parquetjs-lite' {
  interface FieldDefinition {
    readonly type: 'UTF8' | 'INT64' | 'TIMESTAMP_MILLIS';
    readonly optional: boolean;
    readonly compression: 'GZIP';
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
    readonly values: unknown[];
    readonly distinct_values: Set<unknown>;
    count: number;
  }

  interface RowBuffer {
    rowCount: number;
    pageRowCount: number;
    columnData: Record<string, ColumnBuffer>;
    pages: Record<string, unknown[]>;
  }

  interface WrittenRowGroup {
    readonly num_rows: number;
    readonly columns: readonly { readonly meta_data: { readonly num_values: number } }[];
  }

  interface ParquetSchema {
    readonly schema: Readonly<Record<string, FieldDefinition>>;
  }

  class ParquetEnvelopeWriter {
    constructor(
      schema: ParquetSchema,
      write: (chunk: Uint8Array) => Promise<void>,
      close: () => Promise<void>,
      fileOffset: number,
      options: WriterOptions,
    );
    readonly rowGroups: readonly WrittenRowGroup[];
    writeRowGroup(rows: RowBuffer): Promise<void>;
  }

  class ParquetWriter {
    constructor(schema: ParquetSchema, envelope: ParquetEnvelopeWriter, options: WriterOptions);
    /** Empty (`{}`) at the start of every row group. */
    rowBuffer: Partial<RowBuffer>;
    appendRow(row: Readonly<Record<string, unknown>>): Promise<void>;
    /** Keys and values for the footer, read when that is written. */
    userMetadata: Readonly<Record<string, string>>;
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
    FieldDefinition,
    ParquetEnvelopeWriter,
    ParquetSchema,
    ParquetWriter,
    RowBuffer,
    WriterOptions,
  };
}
