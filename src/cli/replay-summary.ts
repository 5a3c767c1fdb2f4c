import type { ReplayedTable, ReplayResult } from '../../schemas/replay-result.ts';
import { groupBy } from '../domain/group-by.ts';
import { counted, some, timeSpan } from '../domain/show.ts';
import { type Block, countWord, type Paragraph, signs, type Summary, type Word } from '../domain/summary.ts';
import { partitionLabel, tableLabel } from './table-label.ts';

const columns = [
  { title: '' },
  { title: 'kind' },
  { title: 'region' },
  { title: 'first day' },
  { title: 'last day' },
  { title: 'pulls', isNumber: true, spare: 1 },
  { title: 'written', isNumber: true },
  { title: 'unchanged', isNumber: true },
] as const;

/** What became of a replay, for the person who ran it. */
export function replaySummary(result: ReplayResult): Summary {
  const told = [...leftOutLines(result), ...incompleteLines(result), ...unreadableLines(result)];
  return [...tableBlocks(result.tables), ...(told.length > 0 ? [told] : []), verdictLines(result)];
}

function tableBlocks(tables: readonly ReplayedTable[]): Block[] {
  return tables.length === 0 ? [] : [{ columns, rows: tables.map(rowOf) }];
}

function rowOf({ table, region, first_day, last_day, pulls, partitions, incomplete }: ReplayedTable): Word[] {
  const names = [tableLabel(table), region, first_day ?? '', last_day ?? ''].map((text) => ({ text }));
  const counts = [pulls, partitions.written, partitions.unchanged].map((count) => countWord(count));
  return [incomplete.length > 0 ? signs.doubtful : signs.ok, ...names, ...counts];
}

function leftOutLines({ skipped, withdrawn }: ReplayResult): Paragraph[] {
  const groups = [...groupBy(skipped, ({ reason }) => reason)].map(
    ([reason, raws]) =>
      `${counted(raws.length, 'raw file')} left out (${reason}): ${some(raws.map(({ raw }) => raw))}`,
  );
  const pulls =
    withdrawn.length > 0 ? [`${counted(withdrawn.length, 'pull')} withdrawn: ${some(withdrawn)}`] : [];
  return [...groups, ...pulls].map((text) => ({ sign: signs.idle, words: [{ text }] }));
}

function incompleteLines({ tables }: ReplayResult): Paragraph[] {
  return tables.flatMap(({ incomplete }) =>
    incomplete.map(({ partition, action, reasons }) => ({
      sign: signs.doubtful,
      words: [
        { text: `${partitionLabel(partition)}: `, tone: 'strong' },
        { text: `${actions[action]}: ${some(reasons)}` },
      ],
    })),
  );
}

const actions = { kept: 'left as it was', rebuilt: 'rebuilt from what there is' } as const;

function unreadableLines({ unreadable }: ReplayResult): Paragraph[] {
  return unreadable.map(({ partition, cure }) => ({
    sign: signs.failed,
    words: [{ text: `${partitionLabel(partition)}: `, tone: 'strong' }, { text: `cannot be read: ${cure}` }],
  }));
}

function verdictLines(result: ReplayResult): Paragraph[] {
  const { outcome, tables, started_at, finished_at, exit_code } = result;
  const sum = (name: 'written' | 'unchanged') =>
    tables.reduce((total, { partitions }) => total + partitions[name], 0);
  const time = timeSpan(Date.parse(finished_at) - Date.parse(started_at));
  const done = `${counted(sum('written'), 'month')} written, ${sum('unchanged').toLocaleString('en')} unchanged in ${time}`;
  const sign = outcome === 'ok' ? signs.ok : signs.failed;
  const ending = exit_code === 0 ? '' : `; exit code ${exit_code}`;
  const verdict = { sign, words: [{ text: `${outcome}: `, tone: sign.tone }, { text: done + ending }] };
  return outcome === 'ok' ? [verdict] : [verdict, { sign: signs.next, words: [{ text: NEXT_STEP }] }];
}

const NEXT_STEP = 'look at what is named above: it could not be rebuilt whole';
