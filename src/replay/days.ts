import type { ReplayUnit } from './plan.ts';
import type { Range, UnitTask, ReplayWorld } from './task.ts';
import { type Day, monthOf, daysBetween } from '../domain/day.ts';
import { groupBy } from '../domain/group-by.ts';
import { type PartitionKey, partitionPath } from '../ledger/partition.ts';
import type { Kind } from '../../schemas/kinds.ts';
import { openIfIntact } from './rebuild.ts';
import type { PullRecord } from '../../schemas/pull-record.ts';

/** Start dates any of the unit's pulls speaks for, withdrawn ones among them: what they brought has to go. */
export function daysIn({ pulls }: ReplayUnit, { from, to }: Range): Day[] {
  const days = new Set(pulls.flatMap(spokenFor));
  return [...days]
    .filter((day) => (from === undefined || day >= from) && (to === undefined || day <= to))
    .toSorted();
}

/**
 * In a partition that is gone or damaged the days outside the range cannot stay as they are: there they are rebuilt, too.
 */
export async function wholeDamagedMonths(
  days: readonly Day[],
  { unit }: UnitTask,
  world: ReplayWorld,
): Promise<Day[]> {
  const all = groupBy(daysIn(unit, {}), monthOf);
  const rebuilt: Day[] = [];
  for (const [month, within] of groupBy(days, monthOf)) {
    const whole = all.get(month) ?? [];
    const widens = whole.length > within.length && world.target === world.source;
    rebuilt.push(...(widens && !(await isIntact({ ...unit, month }, unit.kind, world)) ? whole : within));
  }
  return rebuilt;
}

async function isIntact(key: PartitionKey, kind: Kind, { target, codec }: ReplayWorld): Promise<boolean> {
  const stored = await target.get(partitionPath(key));
  return stored !== undefined && (await openIfIntact(codec, kind, stored)) !== undefined;
}

export function spokenFor({ first_day: first, last_day: last }: PullRecord): Day[] {
  return first === null || last === null ? [] : daysBetween(first, last);
}

export function touches(
  { first_day: first, last_day: last }: PullRecord,
  range: { readonly first_day: Day; readonly last_day: Day },
): boolean {
  return first !== null && last !== null && first <= range.last_day && last >= range.first_day;
}
