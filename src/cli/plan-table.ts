import type { PlannedChange } from '../../schemas/pull-result.ts';
import { counted } from '../domain/show.ts';
import { type Block, countWord, type SummaryColumn, type Word } from '../domain/summary.ts';
import { parsePartitionPath } from '../ledger/partition.ts';
import { tableLabel } from './table-label.ts';

const columns: readonly SummaryColumn[] = [
  { title: 'would' },
  { title: 'kind' },
  { title: 'region' },
  { title: 'month' },
  ...['days', 'added', 'changed', 'removed'].map((title) => ({ title, isNumber: true }) as const),
];

/** What a dry run found that a pull would do: the months it would write, one a row. */
export function planBlocks(plan: readonly PlannedChange[]): Block[] {
  const changing = plan.filter(({ action }) => action !== 'unchanged');
  const unchanged = plan.length - changing.length;
  const text = `${counted(unchanged, 'month')} would stay as ${unchanged === 1 ? 'it is' : 'they are'}`;
  return [
    ...(changing.length > 0 ? [{ columns, rows: changing.map(rowOf) }] : []),
    ...(unchanged > 0 ? [[{ words: [{ text }] }]] : []),
  ];
}

function rowOf({ partition, action, days, added, changed, removed }: PlannedChange): Word[] {
  const { table = partition, region = '', month = '' } = parsePartitionPath(partition) ?? {};
  const names = [action, tableLabel(table), region, month].map((text) => ({ text }));
  return [...names, ...[days.length, added, changed, removed].map((count) => countWord(count))];
}
