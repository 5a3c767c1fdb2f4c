import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kindNames } from '../../schemas/kinds.ts';
import { dashboard, dashboardQueries } from '../fixtures/dashboard.ts';
import { localSql } from '../fixtures/local-sql.ts';
import { openTrial, type Trial } from '../fixtures/trial.ts';

let trial: Trial;
beforeAll(async () => {
  trial = await openTrial({ summaries: 300 });
  await trial.pull({ kind: 'all' });
});
afterAll(() => trial.close());

const FROM = '2026-11-01';
const TO = '2026-11-23';

describe('the dashboard for Grafana', () => {
  it.each(dashboardQueries(FROM, TO))('asks what the views can answer: %s', async (title, sql) => {
    expect(sql).not.toMatch(/\$/);
    const rows = await localSql(trial.ledger, sql);
    // What the clock bounds, and what should find nothing, may be empty.
    const least = /worse|missing|without/.test(title) ? 0 : 1;
    expect(rows.length).toBeGreaterThanOrEqual(least);
  });

  it.each(kindNames)('says of %s jobs what the daily view says', async (kind) => {
    const queries = new Map(dashboardQueries(FROM, TO));
    const [truth] = await localSql(
      trial.ledger,
      `SELECT sum(finished) - sum(completed) AS unsuccessful FROM ${kind}_job_daily`,
    );
    expect(await localSql(trial.ledger, queries.get(`Unsuccessful jobs, ${kind}`) ?? '')).toEqual([truth]);
  });

  it('has panels of their own numbers, side by side', () => {
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, at) => `${x + (at % w)},${y + Math.floor(at / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    expect(Math.max(...dashboard.panels.map(({ gridPos: { x, w } }) => x + w))).toBe(24);
  });
});
