import type { DuckDBConnection } from '@duckdb/node-api';
import { literal } from './dialect.ts';
import { type Node, nodesOf, type SqlTree, treeOf } from './tree.ts';

/**
 * The first month a statement asks of the named relations: of those which every mention bounds, in the WHERE of a SELECT from
 * that relation alone. A bound is a comparison of `start_date` or a column of months with what can be known beforehand.
 */
export async function firstMonths(
  connection: DuckDBConnection,
  { statements }: SqlTree,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const nodes = [...nodesOf(statements)];
  const hidden = new Set(
    nodes.flatMap(({ cte_map }) => cte_map?.map.map(({ key }) => key.toLowerCase()) ?? []),
  );
  const found = new Map<string, string>();
  for (const name of names) {
    const isMentioned = (node: Node | undefined) =>
      node?.type === 'BASE_TABLE' && node.table_name?.toLowerCase() === name;
    const mentions = nodes.filter(isMentioned).length;
    const selects = nodes.filter(({ from_table }) => isMentioned(from_table));
    if (hidden.has(name) || mentions === 0 || selects.length < mentions) continue;
    const months = await Promise.all(selects.map((select) => firstMonth(connection, select)));
    const [earliest] = months.filter((month) => month !== undefined).toSorted();
    if (earliest !== undefined && !months.includes(undefined)) found.set(name, earliest);
  }
  return found;
}

/** The latest of the bounds that all must hold of the relation's own columns; its columns may bear other names. */
async function firstMonth(
  connection: DuckDBConnection,
  { from_table: relation, where_clause: condition }: Node,
): Promise<string | undefined> {
  if (!relation || (relation.column_name_alias ?? []).length > 0) return undefined;
  const name = (relation.alias || relation.table_name || '').toLowerCase();
  const bounds = conjuncts(condition).flatMap((part) => boundOf(part, name) ?? []);
  const months = await Promise.all(bounds.map((known) => monthOf(connection, known)));
  return months
    .filter((month) => month !== undefined)
    .toSorted()
    .at(-1);
}

function conjuncts(condition: Node | null | undefined): readonly Node[] {
  if (!condition) return [];
  return condition.type === 'CONJUNCTION_AND' ? (condition.children ?? []).flatMap(conjuncts) : [condition];
}

interface Bound {
  readonly column: 'start_date' | 'start_month' | 'pull_month';
  readonly value: Node;
}

const fromBelow = new Set(['COMPARE_EQUAL', 'COMPARE_GREATERTHAN', 'COMPARE_GREATERTHANOREQUALTO']);
const fromAbove = new Set(['COMPARE_EQUAL', 'COMPARE_LESSTHAN', 'COMPARE_LESSTHANOREQUALTO']);

function boundOf({ type = '', left, right, input, lower }: Node, relation: string): Bound | undefined {
  const columnBound = (compared: Node | undefined, value: Node | undefined) =>
    value && isKnown(value) ? boundBy(columnOf(compared, relation), value) : undefined;
  if (type === 'COMPARE_BETWEEN') return columnBound(input, lower);
  return (
    (fromBelow.has(type) && columnBound(left, right)) ||
    (fromAbove.has(type) && columnBound(right, left)) ||
    undefined
  );
}

function boundBy(column: string | undefined, value: Node): Bound | undefined {
  const isBounding = column === 'start_date' || column === 'start_month' || column === 'pull_month';
  return isBounding ? { column, value } : undefined;
}

/** A column of the relation; one of an outer SELECT is called by the name of another. */
function columnOf(compared: Node | undefined, relation: string): string | undefined {
  const [column, owner = relation] = (compared?.column_names ?? [])
    .map((part) => part.toLowerCase())
    .toReversed();
  return owner === relation ? column : undefined;
}

/** Functions that give the same whenever they are called. */
const steady = new Set(
  '+ - trunc to_days to_weeks to_months to_years date_add date_trunc from_iso8601_date'.split(' '),
);
const clocks = new Set(['current_date', 'current_timestamp', 'localtimestamp']);

function isKnown(value: Node): boolean {
  return [...nodesOf(value)].every(({ type, function_name: called = '', column_names: names = [] }) => {
    if (type === 'SUBQUERY') return false;
    if (type === 'FUNCTION') return steady.has(called.toLowerCase());
    return type !== 'COLUMN_REF' || clocks.has(names.join('.').toLowerCase());
  });
}

/** What a value is, asked of DuckDB itself; undefined where it is no day or month. */
async function monthOf(connection: DuckDBConnection, { column, value }: Bound): Promise<string | undefined> {
  const type = column === 'start_date' ? 'DATE' : 'VARCHAR';
  const sql = `SELECT TRY_CAST((${await expressionSql(connection, value)}) AS ${type})`;
  const answer = await connection.runAndReadAll(sql);
  return /^\d{4}-\d{2}(?=-\d{2}$|$)/.exec(String(answer.getRows()[0]?.[0]))?.[0];
}

async function expressionSql(connection: DuckDBConnection, value: Node): Promise<string> {
  const [statement] = (await treeOf(connection, 'SELECT 1')).statements ?? [];
  const selecting = { ...statement, node: { ...statement?.node, select_list: [value] } };
  const tree = literal(JSON.stringify({ statements: [selecting] }, withoutPlaces));
  const answer = await connection.runAndReadAll(`SELECT json_deserialize_sql(${tree})`);
  return String(answer.getRows()[0]?.[0]);
}

/** Places in the text may be beyond the integers of JavaScript. */
function withoutPlaces(key: string, value: unknown): unknown {
  return key === 'query_location' ? undefined : value;
}
