import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { coverageSql } from '../../schemas/views/coverage.ts';
import type { PullRecord } from '../../schemas/pull-record.ts';
import { addDays, type Day, daysBetween } from '../../src/domain/day.ts';
import { groupBy } from '../../src/domain/group-by.ts';
import { cases } from '../laws/cases.ts';
import { localSql, type SqlRow } from '../fixtures/local-sql.ts';

const COLUMNS = 'start_date, kind, region, pulls, pulled, first_observed, last_observed, reconciled, gap';
const EPOCH: Day = '2026-01-01';
let ledger: string;

beforeAll(async () => {
  ledger = await mkdtemp(join(tmpdir(), 'backup-ledger-coverage-'));
});
afterAll(() => rm(ledger, { recursive: true }));

/** A pull as far as the view looks at it. */
type Pull = Pick<
  PullRecord,
  'kind' | 'region' | 'scope' | 'outcome' | 'observed_at' | 'first_day' | 'reconciled' | 'gap'
> & { readonly mismatches: readonly { readonly start_date: Day }[] };

const pulls: fc.Arbitrary<Pull> = fc
  .record({
    kind: fc.constantFrom('copy', 'scan'),
    region: fc.constantFrom('eu-west-1', 'us-east-1'),
    outcome: fc.constantFrom('ok', 'ok', 'ok', 'failed'),
    day: fc.integer({ min: 40, max: 130 }),
    back: fc.option(fc.integer({ min: 1, max: 30 })),
    reconciled: fc.constantFrom('matched', 'mismatched', 'off'),
    mismatched: fc.uniqueArray(fc.integer({ min: 1, max: 14 }), { maxLength: 3 }),
    lost: fc.option(fc.tuple(fc.integer({ min: 15, max: 30 }), fc.integer({ min: 0, max: 14 }))),
  })
  .map(({ day, back, mismatched, lost, ...rest }) => {
    const today = addDays(EPOCH, day);
    const [longest, more] = lost ?? [0, 0];
    return {
      ...rest,
      scope: 'any',
      observed_at: `${today} 03:30:00.000`,
      first_day: back === null ? null : addDays(today, -back),
      mismatches: mismatched.map((ago) => ({ start_date: addDays(today, -ago) })),
      gap: lost && { from: addDays(today, -longest - more), to: addDays(today, -longest) },
    };
  });

const worlds = fc.uniqueArray(pulls, {
  minLength: 1,
  maxLength: 14,
  selector: ({ kind, region, observed_at }) => `${kind} ${region} ${observed_at}`,
});

async function writePulls(records: readonly Pull[]): Promise<void> {
  const keyOf = ({ kind, region, observed_at }: Pull) =>
    `pulls/pull_month=${observed_at?.slice(0, 7)}/${kind}-ONE_DAY-${region}-any.jsonl`;
  await rm(join(ledger, 'pulls'), { recursive: true, force: true });
  for (const [key, own] of groupBy(records, keyOf)) {
    const lines = own.map((pull) =>
      JSON.stringify({ ...pull, aggregation_period: 'ONE_DAY', table: `${pull.kind}_job_summaries` }),
    );
    await mkdir(dirname(join(ledger, key)), { recursive: true });
    await writeFile(join(ledger, key), `${lines.join('\n')}\n`);
  }
  const tables = { copy_job_summaries: { kind: 'copy', aggregation_period: 'ONE_DAY', grain: {} } };
  await writeFile(
    join(ledger, 'ledger.json'),
    JSON.stringify({ format_version: 2, first_month: EPOCH.slice(0, 7), tables }),
  );
}

/** A good pull of each slice in the first days of a month, with rows and no gap. */
function everySliceIn(month: string): Pull[] {
  return ['copy', 'scan'].flatMap((kind) =>
    ['eu-west-1', 'us-east-1'].map(
      (region) =>
        ({
          kind,
          region,
          outcome: 'ok',
          scope: 'any',
          observed_at: `${month}-01 02:00:00.000`,
          first_day: `${month}-01`,
          reconciled: 'off',
          mismatches: [],
          gap: null,
        }) as unknown as Pull,
    ),
  );
}

/** The view in plain words. */
function coverageTruth(records: readonly Pull[]): SqlRow[] {
  const good = records.filter(({ outcome }) => outcome === 'ok');
  const slices = [...groupBy(good, ({ kind, region }) => `${kind} ${region}`).values()].map(proving);
  const lastDay = slices
    .flat()
    .map(({ to }) => to)
    .toSorted()
    .at(-1);
  return slices.flatMap((own) => {
    const firstDay = own.flatMap(({ from, gap }) => [from, gap?.from ?? from]).toSorted()[0];
    if (firstDay === undefined || lastDay === undefined) return [];
    return daysBetween(firstDay, lastDay).map((day) => {
      const seers = own.filter(({ from, to }) => from <= day && day <= to);
      const [last] = seers.slice(-1);
      const { kind, region } = own[0] as Proving;
      return {
        start_date: day,
        kind,
        region,
        pulls: seers.length,
        pulled: seers.length > 0,
        first_observed: seers[0]?.observed_at ?? null,
        last_observed: last?.observed_at ?? null,
        reconciled: last ? reconciledOn(last, day) : null,
        gap: seers.length === 0 && own.some(({ gap }) => gap && gap.from <= day && day <= gap.to),
      };
    });
  });
}

interface Proving extends Pull {
  readonly from: Day;
  readonly to: Day;
}

/** Pulls that prove days seen, the earliest first: one without rows proves none where there were rows before. */
function proving(slice: readonly Pull[]): Proving[] {
  const inTurn = slice.toSorted((a, b) => ((a.observed_at ?? '') < (b.observed_at ?? '') ? -1 : 1));
  const firstRows = inTurn.findIndex(({ first_day }) => first_day !== null);
  return inTurn
    .filter(({ first_day }, index) => first_day !== null || firstRows === -1 || index < firstRows)
    .map((pull) => {
      const today = (pull.observed_at ?? '').slice(0, 10);
      const from = [pull.first_day ?? today, addDays(today, -14)].toSorted()[0] as Day;
      return { ...pull, from, to: addDays(today, -1) };
    });
}

function reconciledOn({ reconciled, mismatches }: Pull, day: Day): string {
  const isWrong = mismatches.some(({ start_date }) => start_date === day);
  return reconciled === 'mismatched' && !isWrong ? 'matched' : reconciled;
}

function inOrder(rows: readonly SqlRow[]): SqlRow[] {
  const keyOf = ({ start_date, kind, region }: SqlRow) => [kind, region, start_date].join();
  return rows.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

describe('ledger_coverage', () => {
  it('says the same of a month and those after from the pulls since, where every slice had some', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, async (records) => {
        const all = [...records, ...everySliceIn('2026-03')];
        await writePulls(all);
        const since = await localSql(ledger, `SELECT ${COLUMNS} FROM (${coverageSql(`'2026-03'`)}) AS since`);
        const truth = coverageTruth(all).filter(({ start_date }) => String(start_date) >= '2026-03');
        expect(inOrder(since)).toEqual(inOrder(truth));
      }),
      { numRuns: cases(100) },
    );
  });

  it('says of any pulls what its words say', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, async (records) => {
        await writePulls(records);
        const rows = await localSql(ledger, `SELECT ${COLUMNS} FROM ledger_coverage`);
        expect(inOrder(rows)).toEqual(inOrder(coverageTruth(records)));
      }),
      { numRuns: cases(160) },
    );
  });
});
