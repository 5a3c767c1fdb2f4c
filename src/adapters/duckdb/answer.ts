import {
  type DuckDBDataChunk,
  DuckDBListValue,
  type DuckDBResult,
  DuckDBStructValue,
  DuckDBTimestampValue,
  DuckDBTypeId,
  type DuckDBValue,
} from '@duckdb/node-api';
import type { AnswerColumn, QueryAnswer } from '../../ports.ts';

/** What DuckDB answered, cells as text. */
export function answerOf(
  result: DuckDBResult,
  { explain, done }: { readonly explain: (error: unknown) => unknown; readonly done: () => void },
): QueryAnswer {
  const columns = result.columnNames().map((name, index): AnswerColumn => {
    return { name, type: answerTypes.get(result.columnTypeId(index)) ?? 'text' };
  });
  return {
    columns,
    rows: (async function* rows() {
      try {
        for await (const chunk of result) yield* rowsOf(chunk);
      } catch (error) {
        throw explain(error);
      } finally {
        done();
      }
    })(),
  };
}

/** Column by column, so that what a column's cells are is looked at once. */
function rowsOf(chunk: DuckDBDataChunk): (string | null)[][] {
  const rows = Array.from({ length: chunk.rowCount }, (): (string | null)[] => []);
  for (let column = 0; column < chunk.columnCount; column++)
    chunk.visitColumnValues(column, (value, row) => {
      rows[row]?.push(typeof value === 'string' ? value : textOf(value));
    });
  return rows;
}

const numbers = [
  DuckDBTypeId.TINYINT,
  DuckDBTypeId.SMALLINT,
  DuckDBTypeId.INTEGER,
  DuckDBTypeId.BIGINT,
  DuckDBTypeId.UTINYINT,
  DuckDBTypeId.USMALLINT,
  DuckDBTypeId.UINTEGER,
  DuckDBTypeId.UBIGINT,
  DuckDBTypeId.HUGEINT,
  DuckDBTypeId.UHUGEINT,
  DuckDBTypeId.FLOAT,
  DuckDBTypeId.DOUBLE,
  DuckDBTypeId.DECIMAL,
];
const nested = [DuckDBTypeId.LIST, DuckDBTypeId.STRUCT];

const answerTypes = new Map<DuckDBTypeId, AnswerColumn['type']>([
  ...numbers.map((id) => [id, 'number'] as const),
  ...nested.map((id) => [id, 'json'] as const),
  [DuckDBTypeId.BOOLEAN, 'boolean'],
]);

function textOf(value: DuckDBValue): string | null {
  if (value === null) return null;
  if (typeof value === 'bigint') return String(value);
  return isNested(value) ? jsonOf(value) : scalarText(value);
}

/** Timestamps are written with their milliseconds, as Athena writes them. */
function scalarText(value: DuckDBValue): string {
  const text = String(value);
  if (!(value instanceof DuckDBTimestampValue)) return text;
  const [seconds = '', fraction = ''] = text.split('.');
  return `${seconds}.${fraction.padEnd(3, '0')}`;
}

function jsonOf(value: DuckDBValue): string {
  if (value instanceof DuckDBListValue) return `[${value.items.map(jsonOf).join(',')}]`;
  if (value instanceof DuckDBStructValue) {
    const fields = Object.entries(value.entries).map(
      ([name, field]) => `${JSON.stringify(name)}:${jsonOf(field)}`,
    );
    return `{${fields.join(',')}}`;
  }
  const isLiteral =
    value === null || typeof value === 'bigint' || typeof value === 'boolean' || Number.isFinite(value);
  return isLiteral ? String(value) : JSON.stringify(scalarText(value));
}

function isNested(value: DuckDBValue): boolean {
  return value instanceof DuckDBListValue || value instanceof DuckDBStructValue;
}
