import { columns, type DimensionColumn, dimensionsOf, type EpochMs } from '../../../schemas/columns.ts';
import { factsOf, type Kind } from '../../../schemas/kinds.ts';

/** What of a listed job says where it counts. ARNs and names of resources are dropped as it is read. */
export interface ListedJob {
  readonly id: string;
  /** The ID of the job whose child it is. */
  readonly parentId: string | null;
  readonly isParent: boolean;
  readonly account: string | null;
  /** Null where AWS names none. */
  readonly state: string | null;
  readonly cell: string;
  readonly created: EpochMs;
  /** Null while it has not ended. */
  readonly completed: EpochMs | null;
}

type Fields = Readonly<Record<string, unknown>>;
type Dimensions = Readonly<Partial<Record<DimensionColumn, string | null>>>;

/** The columns that tell a day's counts apart. Lists name no region. */
export function cellColumnsOf(kind: Kind): readonly DimensionColumn[] {
  return dimensionsOf(kind).filter((name) => name !== 'region');
}

/** What tells a count of a day apart. AWS spells a message category in several ways; capitals do not tell. */
export function cellsOf(kind: Kind): (dimensions: Dimensions) => string {
  const names = cellColumnsOf(kind);
  return (dimensions) =>
    JSON.stringify(
      names.map((name) => {
        const value = dimensions[name] ?? null;
        return name === 'message_category' ? (value?.toLowerCase() ?? null) : value;
      }),
    );
}

/** The dimensions of a cell, by column. */
export function dimensionsIn(kind: Kind, cell: string): Record<string, string | null> {
  const values = JSON.parse(cell) as readonly (string | null)[];
  return Object.fromEntries(cellColumnsOf(kind).map((name, index) => [name, values[index] ?? null]));
}

/** Reads the jobs of a kind's list; what has no ID or no time of creation is none. Jobs of one cell share what they have in common. */
export function jobReader(kind: Kind): (item: unknown) => ListedJob | undefined {
  const { jobList } = factsOf(kind);
  const names = cellColumnsOf(kind);
  const cellOf = cellsOf(kind);
  const cells = new Map<string, Pick<ListedJob, 'account' | 'state' | 'cell'>>();
  return (item) => {
    const fields = recordOf(item);
    const id = textOf(fields[jobList.id]);
    const created = instantOf(fields['CreationDate']);
    if (id === null || created === null) return undefined;
    const dimensions = Object.fromEntries(
      names.map((name) => [name, dimensionOf(kind, fields, name)]),
    ) as Dimensions;
    const cell = cellOf(dimensions);
    const { account_id: account = null, state = null } = dimensions;
    const shared = cells.get(cell) ?? { account, state, cell };
    cells.set(cell, shared);
    return {
      ...shared,
      id,
      parentId: textOf(fields['ParentJobId']),
      isParent: fields['IsParent'] === true,
      created,
      completed: instantOf(fields['CompletionDate']),
    };
  };
}

function dimensionOf(kind: Kind, fields: Fields, name: DimensionColumn): string | null {
  const { field } = columns[name];
  const path = factsOf(kind).jobList.fields[field] ?? [field];
  return textOf(path.reduce<unknown>((value, member) => recordOf(value)[member], fields));
}

function recordOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** Epoch seconds on the wire, with a fraction. Dates that JavaScript cannot hold are none. */
function instantOf(value: unknown): EpochMs | null {
  const instant = typeof value === 'number' ? Math.round(value * 1000) : Number.NaN;
  return Math.abs(instant) <= 8.64e15 ? instant : null;
}
