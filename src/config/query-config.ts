import { queryFlags } from './flags.ts';
import { ledgerProblems } from './ledger-config.ts';
import { resolveFlags, type Sources, type Values } from './resolve.ts';

/** A query's settings, judged. */
export type QueryConfig = Values<typeof queryFlags>;

/** Resolves and judges the settings. All problems come back at once. */
export function parseQueryConfig(
  sources: Sources,
): { readonly config: QueryConfig } | { readonly problems: readonly string[] } {
  const { values, problems } = resolveFlags(queryFlags, sources);
  const all = [...problems, ...ledgerProblems(values), ...athenaProblems(values)];
  if (values.sql === undefined && values.file === undefined) {
    all.push('sql: expected an SQL statement in quotes, or --file, got neither');
  }
  if (values.sql !== undefined && values.file !== undefined) {
    all.push('sql: expected either a statement or --file, got both');
  }
  return all.length > 0 ? { problems: all } : { config: values };
}

function athenaProblems({ ledger, ...values }: Partial<QueryConfig>): string[] {
  if (ledger?.type !== 'folder') return [];
  const athenaOnly = (['workgroup', 'output-location'] as const).filter((name) => values[name] !== undefined);
  return athenaOnly.map(
    (name) => `${name}: expected only with a ledger on s3://, got it with a local folder`,
  );
}
