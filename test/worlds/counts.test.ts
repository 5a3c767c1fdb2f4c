import { expect, it } from 'vitest';
import { type CountedRow, countRows, wrongJobs } from './counts.ts';
import { replaceWholeDays, upsertRows } from './naive.ts';
import { whollyVisibleDays } from './observer.ts';

function aCount(fields: Partial<CountedRow> = {}): CountedRow {
  return { account: 'a', day: '2026-11-22', shown: 'COMPLETED', count: 5, ...fields };
}

it('counts missing jobs, ghosts and duplicates as wrong, and nothing else', () => {
  const observed = countRows([aCount()]);
  expect(wrongJobs(countRows([aCount()]), observed)).toBe(0);
  expect(wrongJobs(countRows([]), observed)).toBe(5);
  expect(wrongJobs(countRows([aCount({ shown: 'RUNNING' })]), observed)).toBe(10);
  expect(wrongJobs(countRows([aCount(), aCount()]), observed)).toBe(5);
  expect(wrongJobs(countRows([aCount(), aCount({ shown: 'RUNNING', count: 0 })]), observed)).toBe(0);
  expect(wrongJobs(countRows([aCount(), aCount({ account: 'nobody looked' })]), observed)).toBe(0);
});

it('finds ghosts on a day on which the observer saw nothing', () => {
  expect(wrongJobs(countRows([aCount()]), new Map([['a 2026-11-22', new Map()]]))).toBe(5);
});

it('replaces whole days and upserts rows as naively as their names say', () => {
  const gone = aCount({ account: 'gone' });
  const pulls = [
    [aCount({ shown: 'RUNNING' }), gone],
    [aCount(), aCount({ day: '2026-11-23' })],
  ];
  expect(replaceWholeDays(pulls)).toEqual([aCount(), aCount({ day: '2026-11-23' })]);
  expect(upsertRows(pulls)).toEqual([...pulls[0]!, ...pulls[1]!]);
});

it('takes a day for wholly visible only while neither the present nor the window cuts it', () => {
  const firstAndLast = (window: 13 | 'rolling', at: string) => {
    const days = whollyVisibleDays({ window }, Date.parse(at));
    return [days.at(0), days.at(-1)];
  };
  expect(firstAndLast(13, '2026-11-23T03:30:00Z')).toEqual(['2026-11-10', '2026-11-22']);
  expect(firstAndLast('rolling', '2026-11-23T00:59:00Z')).toEqual(['2026-11-09', '2026-11-22']);
  expect(firstAndLast('rolling', '2026-11-23T01:00:00Z')).toEqual(['2026-11-10', '2026-11-22']);
});
