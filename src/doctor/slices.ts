import pMap from 'p-map';
import type { SummaryRow } from '../../schemas/columns.ts';
import type { Check, Observation } from '../../schemas/doctor-result.ts';
import { factsOf } from '../../schemas/kinds.ts';
import { checkAccounts } from './accounts.ts';
import { type DoctorWorld, failed, look, ok, warning } from './checks.ts';
import { addDays, isMidnight, utcDay } from '../domain/day.ts';
import { eachRow } from '../domain/row.ts';
import type { Slice } from '../domain/slice.ts';
import { asLedgerError, type LedgerError } from '../errors.ts';
import type { Reading } from '../read/read-slice.ts';
import { readReconciled, type TotalsCheck, reconciledAs } from '../read/read-reconciled.ts';
import { counted } from '../domain/show.ts';
import { readSummaries, silent } from './read-summaries.ts';

interface SliceLook {
  readonly slice: Slice;
  readonly reading?: Reading;
  readonly totals?: TotalsCheck | undefined;
  /** Times the slice was read again from its first page. */
  readonly restarts: number;
  readonly error?: LedgerError;
}

/** Whether each slice can be read, what they show together, and what AWS does not document. */
export async function checkSlices(
  world: DoctorWorld,
): Promise<{ readonly checks: readonly Check[]; readonly observations: readonly Observation[] }> {
  const { slices, checks: regions } = await findSlices(world);
  const looks = await pMap(slices, (slice) => readOne(slice, world), { concurrency: world.concurrency });
  const read = looks.filter(({ reading }) => reading !== undefined);
  const wholes =
    read.length === 0
      ? []
      : [...(await accountsOf(read, world)), ...daysOf(read, world), ...totalsOf(read), ...foreignOf(read)];
  return {
    checks: [...regions, ...looks.map(checkReach), ...wholes],
    observations: read.flatMap((slice) => observe(slice, world)),
  };
}

/** The slices that are to be looked at; none where nobody says which regions there are. */
export async function findSlices(
  world: DoctorWorld,
): Promise<{ readonly slices: readonly Slice[]; readonly checks: readonly Check[] }> {
  const slices: Slice[] = [];
  const fix = 'allow account:ListRegions, or name the regions with --region';
  const checks = await look(world, { name: 'regions', fix }, async () => {
    slices.push(...(await world.findSlices()));
    const names = [...new Set(slices.map(({ region }) => region))];
    return [ok('regions', names.join(', '))];
  });
  return { slices, checks };
}

async function readOne(slice: Slice, world: DoctorWorld): Promise<SliceLook> {
  let restarts = 0;
  const onRestart = () => {
    restarts += 1;
  };
  const { signal, maxPages } = world;
  const openSource = (asked: Slice) => world.openSource(asked, silent);
  const readOnce = () => readSummaries(slice, world, onRestart);
  try {
    const { reading, totals } = await readReconciled({
      mode: 'warn',
      readOnce,
      asking: { slice, openSource, maxPages, signal },
      onRestart,
    });
    return { slice, reading, totals, restarts };
  } catch (thrown) {
    return { slice, restarts, error: asLedgerError(signal.aborted ? signal.reason : thrown) };
  }
}

export const nameOf = ({ kind, region }: Slice): string => `${kind} in ${region}`;

function checkReach({ slice, reading, error }: SliceLook): Check {
  const name = nameOf(slice);
  const { operation } = factsOf(slice.kind);
  if (error) {
    const fix = `allow the caller backup:${operation}, and see that the region is enabled and not forbidden by a service control policy`;
    return failed(name, error, fix);
  }
  const { rejected, received = 0 } = reading?.books ?? {};
  if (rejected) {
    const fix = 'run pull: it says which, and keeps the raw pages; please report what AWS sent';
    return {
      name,
      status: 'failed',
      message: `${rejected} of ${counted(received, 'row')} cannot be used`,
      fix,
      recovery: 'fix-data',
    };
  }
  return ok(name, `${operation} answers: ${counted(received, 'row')}`);
}

function rowsOf(looks: readonly SliceLook[]): SummaryRow[] {
  return looks.flatMap(({ reading }) => (reading ? [...eachRow(reading.rows())] : []));
}

function accountsOf(looks: readonly SliceLook[], world: DoctorWorld): Promise<readonly Check[]> {
  return checkAccounts(
    looks.map(({ slice }) => slice),
    rowsOf(looks),
    world,
  );
}

function daysOf(looks: readonly SliceLook[], { clock }: DoctorWorld): readonly Check[] {
  const rows = rowsOf(looks);
  if (rows.length === 0) return [];
  const today = utcDay(clock.now());
  const yesterday = addDays(today, -1);
  const days = new Set(rows.map((row) => utcDay(row.start_time)));
  const newest = [...days].toSorted().at(-1) ?? '';
  const odd = rows.filter((row) => !isMidnight(row.start_time)).length;
  return [
    newest >= yesterday
      ? ok('newest day', newest === today ? `${newest}, today` : `${newest}, yesterday`)
      : warning(
          'newest day',
          `${newest}, and yesterday was ${yesterday}`,
          'run after 03:00 UTC, when AWS has refreshed its counts; or nothing was backed up',
        ),
    ok('today', days.has(today) ? 'a partial day of today is shown' : 'today is not shown'),
    odd === 0
      ? ok('days', 'every day starts at 00:00 UTC')
      : warning(
          'days',
          `${counted(odd, 'row')} not starting at 00:00 UTC`,
          'please report this: the rules of merging go by UTC days',
        ),
  ];
}

function totalsOf(looks: readonly SliceLook[]): readonly Check[] {
  const bad = looks.filter(({ totals }) => reconciledAs(totals) === 'mismatched');
  const without = looks.flatMap(({ totals }) => (totals && 'unavailable' in totals ? [totals] : []));
  if (bad.length > 0) {
    const names = bad.map(({ slice }) => nameOf(slice)).join(', ');
    return [
      warning(
        'totals',
        `AWS's own totals are not the sums of its rows: ${names}`,
        'try again in an hour; if it stays, please report it',
      ),
    ];
  }
  if (without.length > 0) {
    const [first] = without;
    return [
      warning(
        'totals',
        `AWS's own totals cannot be read: ${first?.unavailable}`,
        'pulls work without them; please report it',
      ),
    ];
  }
  return [ok('totals', "AWS's own totals match its rows")];
}

function foreignOf(looks: readonly SliceLook[]): readonly Check[] {
  const foreign = looks.filter(({ reading }) => (reading?.books.foreign ?? 0) > 0);
  if (foreign.length === 0) return [ok('other regions', 'each endpoint shows rows of its own region only')];
  const names = foreign.map(({ slice }) => nameOf(slice)).join(', ');
  return [
    warning(
      'other regions',
      `rows that were not asked for, of other regions or of other values than those filtered for, come from: ${names}`,
      'name those regions with --region, too; please report it',
    ),
  ];
}

/** What AWS leaves undocumented, as it was seen. */
function observe({ slice, reading, totals, restarts }: SliceLook, { clock }: DoctorWorld): Observation[] {
  if (!reading) return [];
  const rows = [...eachRow(reading.rows())];
  const days = rows.map((row) => utcDay(row.start_time)).toSorted();
  const today = utcDay(clock.now());
  const lengths = new Set(
    rows.flatMap(({ start_time: start, end_time: end }) => (end === null ? [] : [end - start])),
  );
  const { books, pages } = reading;
  return [
    {
      kind: slice.kind,
      region: slice.region,
      pages,
      rows: books.received,
      duplicates: books.duplicates,
      conflicts: books.conflicts,
      rejected: books.rejected,
      foreign: books.foreign,
      restarts,
      first_day: days[0] ?? null,
      last_day: days.at(-1) ?? null,
      shows_today: days.includes(today),
      zero_rows: rows.filter((row) => row.job_count === 0).length,
      rows_without_account: rows.filter((row) => row.account_id === null).length,
      days_start_at_midnight: rows.every((row) => isMidnight(row.start_time)),
      window_lengths_ms: [...lengths].toSorted((a, b) => a - b).slice(0, 10),
      reconciled: reconciledAs(totals),
      warnings: [...reading.warnings].slice(0, 10),
    },
  ];
}
