import type { SliceResult } from '../../schemas/pull-result.ts';
import { counted } from '../domain/show.ts';
import { accountOf } from '../domain/slice.ts';
import { type Block, countWord, signs, type Word } from '../domain/summary.ts';
import { tableLabel } from './table-label.ts';

/** Slices shown one by one. Of more than these, only those that ask for a look; the total has all. */
const MAX_SLICES_LISTED = 40;

/** A slice among those of one command: `copy eu-west-1`. */
export function nameOf(slice: SliceResult): string {
  const account = accountOf(slice);
  return [tableLabel(slice.table), slice.region, ...(account ? [account] : [])].join(' ');
}

interface CountColumn {
  readonly title: string;
  readonly countOf: (slice: SliceResult) => number;
  readonly spare?: number;
  /** Shown only where there are any. */
  readonly isNews?: true;
  /** About what was written: a dry run has none of it. */
  readonly isWritten?: true;
  /** Regions have accounts in common. */
  readonly hasNoSum?: true;
}

const countColumns: readonly CountColumn[] = [
  { title: 'pages', countOf: ({ pages }) => pages, spare: 3 },
  { title: 'rows', countOf: ({ kept }) => kept },
  { title: 'accounts', countOf: ({ accounts }) => accounts, spare: 4, hasNoSum: true },
  { title: 'days written', countOf: ({ days }) => days.written, isWritten: true },
  { title: 'unchanged', countOf: ({ days }) => days.unchanged, isWritten: true, spare: 2 },
  { title: 'protected', countOf: (slice) => slice.protected, isNews: true, spare: 1 },
  { title: 'warnings', countOf: ({ warnings }) => warnings.length, isNews: true },
];

/** The slices of a pull, one a row, and their total. */
export function sliceBlocks(slices: readonly SliceResult[], isDryRun: boolean): Block[] {
  if (slices.length === 0) return [];
  const counts = countColumns.filter(
    ({ countOf, isNews, isWritten }) =>
      !(isWritten && isDryRun) && (!isNews || slices.some((slice) => countOf(slice) > 0)),
  );
  const hasAccounts = slices.some(accountOf);
  const listed = slices.length > MAX_SLICES_LISTED ? slices.filter(asksForALook) : slices;
  const rows = listed
    .slice(0, MAX_SLICES_LISTED)
    .map((slice) => [
      ...nameCells(slice, hasAccounts),
      ...counts.map(({ countOf, isNews }) => countWord(countOf(slice), isNews && 'strong')),
    ]);
  const titles = ['', 'kind', 'region', ...(hasAccounts ? ['account'] : [])];
  const columns = [
    ...titles.map((title) => ({ title })),
    ...counts.map(({ title, spare }) => ({ title, isNumber: true, ...(spare && { spare }) }) as const),
  ];
  const total = slices.length > 1 ? [totalRow(slices, counts, titles.length)] : [];
  return [{ columns, rows: [...rows, ...total] }, ...othersLine(slices.length - rows.length)];
}

function asksForALook({ outcome, warnings, ...slice }: SliceResult): boolean {
  return outcome !== 'ok' || warnings.length > 0 || slice.protected > 0;
}

function nameCells(slice: SliceResult, hasAccounts: boolean): Word[] {
  return [
    signOf(slice),
    { text: tableLabel(slice.table) },
    { text: slice.region },
    ...(hasAccounts ? [{ text: accountOf(slice) ?? '' }] : []),
  ];
}

function signOf({ outcome, warnings }: SliceResult): Word {
  if (outcome === 'failed') return signs.failed;
  if (outcome === 'superseded') return signs.idle;
  return warnings.length > 0 ? signs.doubtful : signs.ok;
}

const TOTAL: Word = { text: 'total', tone: 'strong' };

function totalRow(slices: readonly SliceResult[], counts: readonly CountColumn[], names: number): Word[] {
  const cells = Array.from({ length: names }, (_, at): Word => (at === 1 ? TOTAL : { text: '' }));
  const sums = counts.map(({ countOf, hasNoSum }): Word => {
    const sum = slices.reduce((total, slice) => total + countOf(slice), 0);
    return hasNoSum ? { text: '' } : countWord(sum, 'strong');
  });
  return [...cells, ...sums];
}

function othersLine(hidden: number): Block[] {
  if (hidden === 0) return [];
  const text = `${counted(hidden, 'slice')} more ${hidden === 1 ? 'is' : 'are'} in the total; --json lists all`;
  return [[{ sign: signs.next, words: [{ text }] }]];
}
