import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { everything } from '../../src/report/page/selection.ts';
import { viewOf } from '../../src/report/page/view.ts';
import { runCliHere } from '../fixtures/cli.ts';
import { dataIn } from '../fixtures/report.ts';
import { jobs, openStory, type StoryTrial } from './story.ts';

/** "Silent" is one word with one meaning, on whatever page it stands. */

const [QUIET, FAILING, RESTORES, FINE] = ['111111111111', '222222222222', '333333333333', '444444444444'];
const LAST = '2026-11-22';
const FIRST = '2026-09-14';

let story: StoryTrial;
beforeAll(async () => {
  story = await openStory();
  await story.pullTo(
    LAST,
    (day) => [
      ...(day > '2026-11-13' ? [] : jobs(day, QUIET, { completed: 1 })),
      ...jobs(day, FAILING, day > '2026-11-05' ? { failed: 2 } : { completed: 2 }),
      ...[RESTORES, FINE].flatMap((account) => jobs(day, account, { completed: 3 })),
    ],
    { first: FIRST },
  );
  const restores = (day: string) =>
    day > '2026-11-02' || new Date(day).getUTCDay() > 0 ? [] : jobs(day, RESTORES, { completed: 1 });
  const seldom = (day: string) => (day.endsWith('-10') ? jobs(day, FINE, { completed: 1 }) : []);
  await story.pullTo(LAST, (day) => [...restores(day), ...seldom(day)], { first: FIRST, kind: 'restore' });
});
afterAll(() => story.trial.close());

it('check and the report name the same accounts and kinds, for as many days', async () => {
  const { findings } = await story.check();
  const found = findings
    .filter(({ code }) => code === 'account-silent')
    .map(({ account, kind, value }) => `${account} ${kind ?? 'all'} ${value}`);
  const file = join(story.trial.ledger, '..', 'report.html');
  const [, ...rest] = story.args();
  const { code, stderr } = await runCliHere(['report', ...rest, '--out', file]);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const data = dataIn(file);
  const shown = viewOf(data, everything).changes.silent.map(
    ({ account, kind, days }) => `${data.accounts[account]} ${data.kinds[kind ?? -1] ?? 'all'} ${days}`,
  );
  expect(shown.toSorted()).toEqual(found.toSorted());
  expect(found).toEqual([`${RESTORES} restore 21`, `${FAILING} all 17`, `${QUIET} all 9`]);
});
