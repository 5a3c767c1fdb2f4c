import type { ReportData } from '../report-data.ts';

/** What is looked at: positions in the report's lists, undefined where it is everything. */
export interface Selection {
  readonly kind: number | undefined;
  readonly region: number | undefined;
  readonly account: number | undefined;
  readonly reason: number | undefined;
  readonly type: number | undefined;
  /** First and last day. */
  readonly from: number | undefined;
  readonly to: number | undefined;
}

export type Dimension = Exclude<keyof Selection, 'from' | 'to'>;
export const dimensions = [
  'kind',
  'region',
  'account',
  'reason',
  'type',
] as const satisfies readonly Dimension[];

export const everything: Selection = {
  kind: undefined,
  region: undefined,
  account: undefined,
  reason: undefined,
  type: undefined,
  from: undefined,
  to: undefined,
};

/** Stand for the accounts shown together, and for jobs without an account. */
const OTHERS = 'others';
const NONE = 'none';

/** The names that a dimension's positions have in a fragment. */
function namesOf(data: ReportData, dimension: Dimension): readonly string[] {
  const { kinds, regions, accounts, trouble_names: names } = data;
  const lists = { kind: kinds, region: regions, reason: names.category, type: names.resource_type };
  return dimension === 'account' ? [...accounts.map((id) => id || NONE), OTHERS] : lists[dimension];
}

function positionIn(names: readonly string[], name: string | null): number | undefined {
  const at = name === null ? -1 : names.indexOf(name);
  return at === -1 ? undefined : at;
}

/** Reads a URL's fragment; what names nothing in the report is left out. */
export function parseSelection(fragment: string, data: ReportData): Selection {
  const given = new URLSearchParams(fragment.replace(/^#/, ''));
  const day = positionIn(data.days, given.get('day'));
  const [from, to] = [positionIn(data.days, given.get('from')), positionIn(data.days, given.get('to'))];
  const isRange = from !== undefined && to !== undefined && from <= to;
  return {
    ...Object.fromEntries(
      dimensions.map((name) => [name, positionIn(namesOf(data, name), given.get(name))] as const),
    ),
    from: day ?? (isRange ? from : undefined),
    to: day ?? (isRange ? to : undefined),
  } as Selection;
}

/** The fragment that stands for a selection, `#` for everything. */
export function fragmentOf(selection: Selection, data: ReportData): string {
  const given = new URLSearchParams();
  for (const name of dimensions) {
    const text = namesOf(data, name)[selection[name] ?? -1];
    if (text !== undefined) given.set(name, text);
  }
  const [from, to] = [data.days[selection.from ?? -1], data.days[selection.to ?? -1]];
  if (from !== undefined && from === to) given.set('day', from);
  else if (from !== undefined && to !== undefined) {
    given.set('from', from);
    given.set('to', to);
  }
  return `#${given.toString()}`;
}

/** The same with something chosen; what is chosen already is let go. */
export function toggled(selection: Selection, change: Partial<Selection>): Selection {
  const isChosen = Object.entries(change).every(
    ([name, value]) => selection[name as keyof Selection] === value,
  );
  const none = Object.fromEntries(Object.keys(change).map((name) => [name, undefined]));
  return { ...selection, ...(isChosen ? none : change) };
}

/** Whether a row of the given columns belongs to the selection, days aside. */
export function rowMatcher(
  columns: Readonly<Partial<Record<string, readonly number[]>>>,
  selection: Selection,
): (row: number) => boolean {
  const columnNames = {
    kind: 'kind',
    region: 'region',
    account: 'account',
    reason: 'category',
    type: 'resource_type',
  };
  const tests = dimensions.flatMap((name) => {
    const [column, wanted] = [columns[columnNames[name]], selection[name]];
    return column && wanted !== undefined ? [{ column, wanted }] : [];
  });
  return (row) => tests.every(({ column, wanted }) => column[row] === wanted);
}

/** Whether only jobs of which a reason was told are looked at: the daily views know nothing of reasons and types. */
export const isOfTrouble = ({ reason, type }: Selection): boolean =>
  reason !== undefined || type !== undefined;
