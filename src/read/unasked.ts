import type { SummaryRow } from '../../schemas/columns.ts';
import { columns, type DimensionColumn, dimensionsOf } from '../../schemas/columns.ts';
import { AGGREGATE_ALL, ANY, type FilterName } from '../../schemas/kinds.ts';
import { counted, show, some } from '../domain/show.ts';
import { accountOf, type Slice } from '../domain/slice.ts';

/** A dimension of which one value only was asked for. */
interface Wanted {
  readonly column: DimensionColumn;
  readonly field: string;
  readonly value: string;
}

/**
 * Sets rows aside that nobody asked for: of another region than the endpoint's, or of another value than the one filtered
 * for. They are kept in raw alone. What AWS leaves out is not another value.
 */
export function createUnasked(slice: Slice) {
  const wanted = wantedOf(slice);
  const regions = new Set<string>();
  const values = new Map<string, Set<string>>();
  let foreign = 0;
  let offFilter = 0;
  return {
    /** Whether the row is one, and is counted. */
    takes(row: SummaryRow): boolean {
      if (row.region !== slice.region) {
        regions.add(row.region);
        foreign += 1;
        return true;
      }
      for (const { column, field, value } of wanted) {
        const got = row[column];
        if (got === null || spelling(got) === spelling(value)) continue;
        const others = values.get(field) ?? new Set();
        values.set(field, others.add(got));
        offFilter += 1;
        return true;
      }
      return false;
    },
    get count(): number {
      return foreign + offFilter;
    },
    warnings(): string[] {
      const sent = (count: number) => `${slice.region}'s endpoint sent ${counted(count, 'row')}`;
      const warnings: string[] = [];
      if (foreign > 0) {
        const flags = [...regions].toSorted().map((region) => `--region ${region}`);
        warnings.push(`${sent(foreign)} of other regions, not stored here: add ${some(flags)}`);
      }
      if (offFilter > 0) {
        const sorts = wanted.flatMap(({ field, value }) => {
          const others = values.get(field);
          if (!others) return [];
          return [`${field} ${show(value)}, got ${some([...others].toSorted().map(show), 3)}`];
        });
        warnings.push(
          `${sent(offFilter)} that were not asked for, not stored: expected ${sorts.join('; expected ')}. ` +
            'The endpoint ignores a filter; please report it',
        );
      }
      return warnings;
    },
  };
}

function wantedOf(slice: Slice): Wanted[] {
  return dimensionsOf(slice.kind).flatMap((column) => {
    const { field } = columns[column];
    const value = field === 'AccountId' ? (accountOf(slice) ?? askedOf(slice, field)) : askedOf(slice, field);
    return value === null ? [] : [{ column, field, value }];
  });
}

/** AWS spells one category in several ways: `ACCESS_DENIED`, `AccessDenied`. */
function spelling(value: string): string {
  return value.replaceAll('_', '').toLowerCase();
}

/** The one value the filter of a dimension lets through, or null. */
function askedOf({ filters }: Slice, field: string): string | null {
  const value = filters[field as FilterName] as string | undefined;
  return value === undefined || value === ANY || value === AGGREGATE_ALL ? null : value;
}
