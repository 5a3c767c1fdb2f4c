import type { GetQueryResultsOutput } from '@aws-sdk/client-athena';
import { BrokenTransferError } from './errors.ts';
import { isToken } from './page-token.ts';

/** A page of results as Athena documents it. Throws `BrokenTransferError` for anything else, which would be no rows. */
export function checkedResults(page: GetQueryResultsOutput): GetQueryResultsOutput {
  const { Rows: rows = [], ResultSetMetadata: metadata } = page.ResultSet ?? {};
  const columns = metadata?.ColumnInfo ?? [];
  if (!page.ResultSet || !areAll(columns, isRecord) || !areAll(rows, isRow) || !isToken(page.NextToken))
    throw new BrokenTransferError('Athena sent no results');
  return page;
}

function isRow(row: unknown): boolean {
  return isRecord(row) && areAll(row['Data'] ?? [], isCell);
}

function isCell(cell: unknown): boolean {
  return isRecord(cell) && ['string', 'undefined'].includes(typeof (cell['VarCharValue'] ?? undefined));
}

function areAll(values: unknown, is: (value: unknown) => boolean): boolean {
  return Array.isArray(values) && values.every(is);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
