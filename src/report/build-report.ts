import { type Ending, endings, type ReportData, type ReportHead, troubleNames } from './report-data.ts';
import { medianRate } from './median-rate.ts';

type Dimension = string | null | undefined;

/** What a row is about. */
export interface Place {
  readonly kind: Dimension;
  readonly region: Dimension;
  readonly day: Dimension;
}

export interface AccountPlace extends Place {
  readonly account: Dimension;
}

/** Takes the views' rows as they come and puts them into columns. */
export interface ReportBuilder {
  /** Counts in the order of `endings`, `completed` with those with issues in it. */
  daily(place: AccountPlace, counts: readonly number[]): void;
  trouble(
    place: AccountPlace,
    what: {
      readonly category: Dimension;
      readonly resourceType: Dimension;
      readonly ending: Ending;
      readonly jobs: number;
    },
  ): void;
  /** Slices, pulled, lost, matched, mismatched, unfinished. */
  coverage(place: Place, counts: readonly number[]): void;
  data(): ReportData;
}

/** Names of trouble that are told one by one; the rest is one. */
const MAX_NAMES_LISTED = 40;

/** `target` is the success rate to be reached, as a share; undefined: what the newest days had. */
export function createReport(head: ReportHead, target: number | undefined): ReportBuilder {
  const { days, accounts, yesterday } = head;
  const kinds = new Names();
  const regions = new Names();
  const dayAt = new Map<Dimension, number>(days.map((day, at) => [day, at]));
  const accountAt = new Map<Dimension, number>(accounts.map((account, at) => [account, at]));
  const daily = new Table(['kind', 'region', 'account', 'day'], endings);
  const trouble = troubleTable();
  const categories = new RankedNames();
  const resourceTypes = new RankedNames();
  const coverageCounts = ['slices', 'pulled', 'lost', 'matched', 'mismatched', 'unfinished'] as const;
  const coverage = new Table(['kind', 'region', 'day'], coverageCounts);

  /** Undefined for a day that is not shown. */
  function positions({ kind, region, day }: Place): [number, number, number] | undefined {
    const at = dayAt.get(day);
    return at === undefined ? undefined : [kinds.at(kind), regions.at(region), at];
  }

  function withAccount(place: AccountPlace): [number, number, number, number] | undefined {
    const [kind = 0, region = 0, day] = positions(place) ?? [];
    if (day === undefined) return undefined;
    return [kind, region, accountAt.get(place.account ?? '') ?? accounts.length, day];
  }

  /** By the ranks of the names. */
  function rankedTrouble(): ReportData['trouble'] {
    const [{ rankOf: categoryRank }, { rankOf: typeRank }] = [categories.ranked(), resourceTypes.ranked()];
    const table = troubleTable();
    for (const [place, jobs] of trouble.entries()) {
      const [category = 0, type = 0, ending = 0] = place.slice(4);
      table.add([...place.slice(0, 4), categoryRank(category), typeRank(type), ending], jobs);
    }
    return table.columns() as ReportData['trouble'];
  }

  function targetOf(columns: ReportData['daily']): ReportData['target'] {
    if (target !== undefined) return { rate: target, by: 'flag' };
    return { rate: medianRate(columns, { days, yesterday }), by: 'median' };
  }

  return {
    daily(place, [completed = 0, issues = 0, ...others]) {
      const at = withAccount(place);
      if (at) daily.add(at, [completed - issues, issues, ...others]);
    },
    trouble(place, { category, resourceType, ending, jobs }) {
      const at = withAccount(place);
      if (!at) return;
      const categoryAt = categories.count(category ?? 'no category', jobs);
      const typeAt = resourceTypes.count(resourceType ?? 'no resource type', jobs);
      trouble.add([...at, categoryAt, typeAt, endings.indexOf(ending)], [jobs]);
    },
    coverage(place, counts) {
      const at = positions(place);
      if (at) coverage.add(at, counts);
    },
    data: () => ({
      ...head,
      target: targetOf(daily.columns() as ReportData['daily']),
      kinds: kinds.names,
      regions: regions.names,
      daily: daily.columns() as ReportData['daily'],
      trouble: rankedTrouble(),
      trouble_names: { category: categories.ranked().names, resource_type: resourceTypes.ranked().names },
      coverage: coverage.columns() as ReportData['coverage'],
    }),
  };
}

const troubleTable = () =>
  new Table(['kind', 'region', 'account', 'day', ...troubleNames, 'ending'], ['jobs']);

/** Names by position, in the order met. */
class Names {
  readonly #positions = new Map<string, number>();

  at(name: Dimension): number {
    const known = this.#positions.get(name ?? '');
    if (known !== undefined) return known;
    this.#positions.set(name ?? '', this.#positions.size);
    return this.#positions.size - 1;
  }

  get names(): string[] {
    return [...this.#positions.keys()];
  }
}

/** Counts by where they belong; what belongs to the same place adds up. */
class Table {
  readonly #keys: readonly string[];
  readonly #counts: readonly string[];
  readonly #rows = new Map<string, number[]>();

  constructor(keys: readonly string[], counts: readonly string[]) {
    this.#keys = keys;
    this.#counts = counts;
  }

  add(place: readonly number[], counts: readonly number[]): void {
    const key = place.join(' ');
    const row = this.#rows.get(key);
    if (!row) this.#rows.set(key, [...counts]);
    else counts.forEach((count, at) => (row[at] = (row[at] ?? 0) + count));
  }

  *entries(): Iterable<readonly [place: number[], counts: readonly number[]]> {
    for (const [key, counts] of this.#rows) yield [key.split(' ').map(Number), counts];
  }

  /** Sorted by place: equal neighbours compress well. */
  columns(): Record<string, number[]> {
    const rows = [...this.entries()].toSorted(([a], [b]) => compare(a, b));
    const columns: Record<string, number[]> = {};
    this.#keys.forEach((name, at) => (columns[name] = rows.map(([place]) => place[at] ?? 0)));
    this.#counts.forEach((name, at) => (columns[name] = rows.map(([, counts]) => counts[at] ?? 0)));
    return columns;
  }
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at === -1 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}

/** Names by the jobs that bear them. */
class RankedNames {
  readonly #names = new Names();
  readonly #jobs: number[] = [];

  /** The position of the name before they are ranked. */
  count(name: string, jobs: number): number {
    const at = this.#names.at(name);
    this.#jobs[at] = (this.#jobs[at] ?? 0) + jobs;
    return at;
  }

  /** The names as they are told, and where among them each position went. */
  ranked(): { readonly names: string[]; readonly rankOf: (at: number) => number } {
    const { names } = this.#names;
    const order = names.map((_, at) => at).toSorted((a, b) => (this.#jobs[b] ?? 0) - (this.#jobs[a] ?? 0));
    const told = order.slice(0, MAX_NAMES_LISTED);
    const ranks = new Map(told.map((at, rank) => [at, rank]));
    const rest = order.length > told.length ? [`${order.length - told.length} others`] : [];
    return {
      names: [...told.map((at) => names[at] ?? ''), ...rest],
      rankOf: (at) => ranks.get(at) ?? told.length,
    };
  }
}
