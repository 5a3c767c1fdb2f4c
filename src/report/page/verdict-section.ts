import { explain } from './computed.ts';
import { byId, element, unbroken } from './dom.ts';
import { percent } from './format.ts';
import { accountLink } from './links.ts';
import { periodSql } from './sql.ts';
import { tilesOf } from './tiles.ts';
import { verdictOf } from './verdict.ts';
import type { View } from './view.ts';

/** The verdict and the numbers behind it. */
export function showVerdict(view: View): void {
  const { band, title, sentence } = verdictOf(view);
  byId('verdict').className = `verdict ${band}`;
  byId('verdict-title').textContent = title;
  byId('verdict-text').replaceChildren(
    ...sentence.flatMap((piece) =>
      typeof piece === 'string' ? unbroken(piece) : accountLink(view, piece.account),
    ),
  );
  byId('headline').replaceChildren(
    ...tilesOf(view).map((tile) =>
      element(
        'div',
        { class: `tile ${tile.band ?? ''}` },
        element('dt', {}, tile.title),
        element('dd', {}, tile.value),
        element('dd', { class: 'note' }, tile.note),
      ),
    ),
  );
  explain(
    'headline',
    words(view),
    [view.period.span, view.period.before].flatMap((span) => (span ? periodSql({ ...view, span }) : [])),
  );
}

function words({ data: { target }, period }: View): string[] {
  const goal =
    target.by === 'flag'
      ? `The target of ${percent(target.rate)} was given with --target.`
      : `The usual rate of ${percent(target.rate)} is the median of the daily rates of the last 28 days, all kinds, Regions and accounts taken together; --target sets another. Rates within half a point of it are as usual.`;
  return [
    'Success rate = completed / (completed + failed + aborted + partial + expired), from the daily views; completed includes jobs with issues. ' +
      `Newest day and days not seen come from ledger_coverage, the newest day of the whole ledger, whatever days are shown.`,
    goal,
    `The first statement is about the days ${period.words.replace(/^(?:in|on|from) /, '')}${period.before ? `, the second about ${period.beforeWords}` : ''}.`,
  ];
}
