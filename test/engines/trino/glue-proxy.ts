import { addMonths, type Month, monthOf, utcDay } from '../../../src/domain/day.ts';
import { type Proxy, startProxy } from '../proxy.ts';

/**
 * Completes what moto's Glue answers: real Glue always names these parts of a table's storage, moto only those it was given,
 * and Trino cannot read a view without them. And it lists the months of a projection: Athena's unit MONTHS is none of
 * Trino's, which end with days.
 */
export async function startGlueProxy(motoUrl: string): Promise<Proxy> {
  const proxy = await startProxy({ amend: completed });
  proxy.connect(motoUrl);
  return proxy;
}

const storageDefaults = {
  Columns: [],
  Compressed: false,
  NumberOfBuckets: 0,
  BucketColumns: [],
  SortColumns: [],
  Parameters: {},
  StoredAsSubDirectories: false,
};

function completed(text: string): string {
  return JSON.stringify(
    JSON.parse(text, (key, value: unknown) => {
      if (typeof value !== 'object' || value === null) return value;
      if (key === 'StorageDescriptor') return { ...storageDefaults, ...value };
      return key === 'Parameters' ? monthsListed(value as Parameters) : value;
    }),
  );
}

type Parameters = Readonly<Record<string, string>>;

/** Parameters of a table in which projections by month are lists of the months up to now. */
function monthsListed(parameters: Parameters): Parameters {
  const months = Object.keys(parameters).filter((name) => parameters[name] === 'MONTHS');
  return months.reduce((listed, name) => {
    const column = name.slice(0, -'.interval.unit'.length);
    const [first = ''] = parameters[`${column}.range`]?.split(',') ?? [];
    const others = Object.entries(listed).filter(([key]) => !key.startsWith(`${column}.`));
    return {
      ...Object.fromEntries(others),
      [`${column}.type`]: 'enum',
      [`${column}.values`]: monthsFrom(first).join(','),
    };
  }, parameters);
}

function monthsFrom(first: Month): Month[] {
  const now = monthOf(utcDay(Date.now()));
  const months: Month[] = [];
  for (let month = first; month <= now; month = addMonths(month, 1)) months.push(month);
  return months;
}
