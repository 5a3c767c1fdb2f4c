import type { AnswerColumn, QueryAnswer } from '../../ports.ts';

/** One JSON object a line. */
export async function* asJsonLines(answer: QueryAnswer): AsyncIterable<string> {
  const toJson = objectWriter(answer.columns);
  for await (const row of answer.rows) yield `${toJson(row)}\n`;
}

/** One JSON array of objects. */
export async function* asJson(answer: QueryAnswer): AsyncIterable<string> {
  const toJson = objectWriter(answer.columns);
  let before = '[\n';
  for await (const row of answer.rows) {
    yield `${before}  ${toJson(row)}`;
    before = ',\n';
  }
  yield before === '[\n' ? '[]\n' : '\n]\n';
}

/** The rows as objects. Whole numbers that JavaScript would round are texts. */
export async function* recordsOf({ columns, rows }: QueryAnswer): AsyncGenerator<Record<string, unknown>> {
  const names = distinct(columns.map(({ name }) => name));
  for await (const row of rows)
    yield Object.fromEntries(
      names.map((name, index) => [name, valueOf(row[index] ?? null, columns[index]?.type ?? 'text')]),
    );
}

function valueOf(cell: string | null, type: AnswerColumn['type']): unknown {
  if (cell === null || !isLiteral(cell, type)) return cell;
  const value: unknown = JSON.parse(cell);
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? cell : value;
}

function objectWriter(columns: readonly AnswerColumn[]): (row: readonly (string | null)[]) => string {
  const names = distinct(columns.map(({ name }) => name)).map((name) => JSON.stringify(name));
  return (row) => {
    const fields = row.map(
      (cell, index) => `${names[index]}: ${jsonOf(cell, columns[index]?.type ?? 'text')}`,
    );
    return `{${fields.join(', ')}}`;
  };
}

/** Numbers as the engine wrote them, however large; what JSON has no number for (NaN) is a text. */
function jsonOf(cell: string | null, type: AnswerColumn['type']): string {
  if (cell === null) return 'null';
  return isLiteral(cell, type) ? cell : JSON.stringify(cell);
}

function isLiteral(cell: string, type: AnswerColumn['type']): boolean {
  return (
    type === 'json' ||
    (type === 'boolean' && /^(?:true|false)$/.test(cell)) ||
    (type === 'number' && /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(cell))
  );
}

/** Columns of one name would be one field. */
function distinct(names: readonly string[]): string[] {
  const taken = new Map<string, number>();
  return names.map((name) => {
    const times = (taken.get(name) ?? 0) + 1;
    taken.set(name, times);
    return times === 1 ? name : `${name}_${times}`;
  });
}
