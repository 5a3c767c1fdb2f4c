import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLocalEngine } from '../../jobs/world/duckdb.ts';
import type { QueryEngine } from '../../src/ports.ts';
import { createReport } from '../../src/report/build-report.ts';
import { dailySql } from '../../src/report/report-sql.ts';
import { openTrial, type Trial } from '../fixtures/trial.ts';

let trial: Trial;
let engine: QueryEngine;
beforeEach(async () => {
  trial = await openTrial();
  await trial.pull();
  const signal = new AbortController().signal;
  engine = await openLocalEngine(trial.ledger, { database: 'backup_ledger', signal });
});
afterEach(async () => {
  engine.close();
  await trial.close();
});

const range = { from: '2026-11-09', to: '2026-11-22' };
const days = [range.from, '2026-11-15', range.to];

/** The report's columns, by a statement that sums the accounts of `others` or does not. */
async function dailyBy(shown: readonly string[], others: number) {
  const head = { generated_at: '', written_by: '', ledger: '', yesterday: range.to, days, shown_from: 0 };
  const rest = { bounded: false, held: [], account_names: [], other_accounts: 0, freshness: [] } as const;
  const report = createReport({ ...head, ...rest, accounts: shown }, undefined);
  let rows = 0;
  for await (const row of (await engine.run(dailySql('copy', range, { shown, others, days: [] }))).rows) {
    const [day, region, account, ...counts] = row;
    report.daily({ kind: 'copy', day, region, account }, counts.map(Number));
    rows += 1;
  }
  return { rows, daily: report.data().daily };
}

describe('what is asked of the daily views', () => {
  it.each([0, 1, 2])(
    'is the same where accounts that are shown together are summed: %i shown',
    async (count) => {
      const shown = trial.simulator.accounts.toSorted().slice(0, count);
      const [one, each] = [await dailyBy(shown, 1), await dailyBy(shown, 0)];
      expect(one.daily).toEqual(each.daily);
      expect(one.daily.day.length).toBeGreaterThan(2);
      expect(one.rows).toBeLessThan(each.rows);
    },
  );
});
