import { CountTable } from './count-table.ts';
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
  const daily = new CountTable(['kind', 'region', 'account', 'day'], endings);
  const trouble = new CountTable(['kind', 'region', 'account', 'day', ...troubleNames, 'ending'], ['jobs']);
  const categories = new RankedNames();
  const resourceTypes = new RankedNames();
  const coverageCounts = ['slices', 'pulled', 'lost', 'matched', 'mismatched', 'unfinished'] as const;
  const coverage = new CountTable(['kind', 'region', 'day'], coverageCounts);

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
    data() {
      const region = regions.sorted();
      const [category, resourceType] = [categories.ranked(), resourceTypes.ranked()];
      const ranks = { region: region.rankOf, category: category.rankOf, resource_type: resourceType.rankOf };
      const dailyColumns = daily.columns(ranks) as ReportData['daily'];
      return {
        ...head,
        target: targetOf(dailyColumns),
        kinds: kinds.names,
        regions: region.names,
        daily: dailyColumns,
        trouble: trouble.columns(ranks) as ReportData['trouble'],
        trouble_names: { category: category.names, resource_type: resourceType.names },
        coverage: coverage.columns(ranks) as ReportData['coverage'],
      };
    },
  };
}

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

  /** By the alphabet: engines answer in any order. */
  sorted(): Ranked {
    const names = this.names.toSorted();
    const ranks = new Map(names.map((name, rank) => [this.#positions.get(name), rank]));
    return { names, rankOf: (at) => ranks.get(at) ?? 0 };
  }
}

/** The names as they are told, and where among them each position went. */
interface Ranked {
  readonly names: string[];
  readonly rankOf: (at: number) => number;
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

  ranked(): Ranked {
    const { names, jobs } = { names: this.#names.names, jobs: this.#jobs };
    const byName = (a: number, b: number) => ((names[a] ?? '') < (names[b] ?? '') ? -1 : 1);
    const order = [...names.keys()].toSorted((a, b) => (jobs[b] ?? 0) - (jobs[a] ?? 0) || byName(a, b));
    const told = order.slice(0, MAX_NAMES_LISTED);
    const ranks = new Map(told.map((at, rank) => [at, rank]));
    const rest = order.length > told.length ? [`${order.length - told.length} others`] : [];
    return {
      names: [...told.map((at) => names[at] ?? ''), ...rest],
      rankOf: (at) => ranks.get(at) ?? told.length,
    };
  }
}
