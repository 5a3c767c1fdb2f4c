import type { AccountChoice } from './report-data.ts';

/** Cells (account, region, kind and day) of accounts shown one by one: what a browser and a mail can take. */
export const MAX_CELLS = 400_000;

/** Rows of `account, cells, jobs, jobs in trouble, first and last start date`. Accounts in trouble come first. */
export function chooseAccounts(
  rows: readonly (readonly (string | null)[])[],
  mostCells = MAX_CELLS,
): AccountChoice {
  const accounts = rows.map(([account, cells, jobs, trouble, first, last]) => ({
    account: account ?? '',
    cells: Number(cells),
    jobs: Number(jobs),
    trouble: Number(trouble),
    first: first ?? '',
    last: last ?? '',
  }));
  const ranked = accounts.toSorted(
    (a, b) => b.trouble - a.trouble || b.jobs - a.jobs || (a.account < b.account ? -1 : 1),
  );
  let cells = 0;
  const shown = ranked
    .filter((account) => (cells += account.cells) <= mostCells)
    .map(({ account }) => account);
  const firsts = accounts.map(({ first }) => first).toSorted();
  const lasts = accounts.map(({ last }) => last).toSorted();
  const [first, last] = [firsts[0], lasts.at(-1)];
  return {
    shown: shown.toSorted(),
    others: accounts.length - shown.length,
    days: first === undefined || last === undefined ? [] : [first, last],
  };
}
