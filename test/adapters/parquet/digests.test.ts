import { beforeAll, describe, expect, it } from 'vitest';
import type { SummaryRow } from '../../../schemas/columns.ts';
import { holdsRows } from '../../../src/adapters/parquet/reader.ts';
import { encodeRows } from '../../../src/adapters/parquet/writer.ts';
import { aRow, OTHER_ACCOUNT } from '../../fixtures/builders.ts';

const rows = [aRow(), aRow({ state: 'FAILED', job_count: 4 }), aRow({ account_id: OTHER_ACCOUNT })];
let bytes: Uint8Array;
beforeAll(async () => {
  bytes = await encodeRows('copy', rows);
});

const holds = (others: readonly SummaryRow[], file = bytes) => holdsRows('copy', file, others);

describe('what a file holds is known without decoding it', () => {
  it('when the rows are the same, whenever they were observed', async () => {
    expect(await holds(rows)).toBe(true);
    expect(await holds(rows.map((row) => ({ ...row, observed_at: row.observed_at + 1 })))).toBe(true);
    expect(await holds([], await encodeRows('copy', []))).toBe(true);
  });

  const changes: Partial<Record<keyof SummaryRow, string | number | null>> = {
    region: 'us-east-1',
    account_id: null,
    resource_type: 'null',
    state: 'RUNNING',
    message_category: '',
    job_count: 5,
    start_time: 0,
    end_time: null,
  };

  it.each(Object.entries(changes))('and is something else with another %s', async (name, value) => {
    const [first, second, ...others] = rows;
    expect(await holds([first, { ...second, [name]: value }, ...others] as SummaryRow[])).toBe(false);
  });

  it('and is something else with the same values on other rows', async () => {
    const states = ['COMPLETED', 'FAILED', 'COMPLETED', 'FAILED'];
    const rowsIn = (order: readonly string[]) => order.map((state, i) => aRow({ state, account_id: `${i}` }));
    const file = await encodeRows('copy', rowsIn(states));
    expect(await holds(rowsIn(states), file)).toBe(true);
    expect(await holds(rowsIn(['COMPLETED', 'FAILED', 'FAILED', 'COMPLETED']), file)).toBe(false);
  });

  it('and is something else with a row more, a row less, or in another order', async () => {
    expect(await holds([...rows, aRow({ state: 'PARTIAL' })])).toBe(false);
    expect(await holds(rows.slice(1))).toBe(false);
    expect(await holds(rows.toReversed())).toBe(false);
    expect(await holds([])).toBe(false);
  });
});

describe('a file that has to be decoded', () => {
  it('is one with a flipped bit anywhere before its footer', async () => {
    const unseen: number[] = [];
    for (let at = 0; at < footerStart(); at++) {
      const damaged = new Uint8Array(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ 0x10;
      if (await holds(rows, damaged)) unseen.push(at);
    }
    expect(unseen).toEqual([]);
  });

  it('is one whose writer said nothing about it', async () => {
    const unsealed = new Uint8Array(bytes);
    const at = Buffer.from(unsealed.buffer).indexOf('backup_ledger.content_sha256');
    unsealed.set(Buffer.from('another_tool'), at);
    expect(await holds(rows, unsealed)).toBe(false);
  });
});

function footerStart(): number {
  return bytes.length - 8 - new DataView(bytes.buffer, bytes.byteOffset).getUint32(bytes.length - 8, true);
}
