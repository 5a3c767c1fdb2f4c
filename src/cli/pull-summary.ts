import { counted } from '../domain/show.ts';
import { visibleInLine } from '../domain/visible.ts';
import type { PullResult, SliceResult } from '../../schemas/pull-result.ts';

/** What became of a pull, in a line for each slice, for the person who ran it. */
export function pullSummary({ slices, outcome, started_at, finished_at, error, plan }: PullResult): string {
  const names = slices.map(nameOf);
  const width = Math.max(0, ...names.map((name) => name.length));
  const lines = slices.map(
    (slice, at) => `  ${(names[at] ?? '').padEnd(width)}  ${whatOf(slice, plan !== undefined)}`,
  );
  const good = slices.filter((slice) => slice.outcome !== 'failed').length;
  const seconds = ((Date.parse(finished_at) - Date.parse(started_at)) / 1000).toFixed(1);
  const verdict = error
    ? `failed before any slice: ${error.message}`
    : `${outcome}: ${good} of ${counted(slices.length, 'slice')} in ${seconds} s${plan ? ', nothing was written' : ''}`;
  return [...lines, verdict].map((line) => `${line}\n`).join('');
}

function nameOf({ kind, region, scope }: SliceResult): string {
  return [kind, region, ...(scope === 'any' ? [] : [scope])].join(' ');
}

function whatOf(slice: SliceResult, dryRun: boolean): string {
  if (slice.error) return `FAILED: ${visibleInLine(slice.error.message)}`;
  if (slice.outcome === 'superseded') return 'superseded by a newer pull: nothing to do';
  const { kept, accounts, partitions, warnings } = slice;
  const parts = [
    `${counted(kept, 'row')} of ${counted(accounts, 'account')}`,
    ...(dryRun
      ? []
      : [`${counted(partitions.written, 'partition')} written`, `${partitions.unchanged} unchanged`]),
    ...(warnings.length > 0 ? [counted(warnings.length, 'warning')] : []),
  ];
  return parts.join(', ');
}
