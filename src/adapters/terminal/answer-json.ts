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
  const isLiteral =
    type === 'json' ||
    (type === 'boolean' && /^(?:true|false)$/.test(cell)) ||
    (type === 'number' && /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(cell));
  return isLiteral ? cell : JSON.stringify(cell);
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
