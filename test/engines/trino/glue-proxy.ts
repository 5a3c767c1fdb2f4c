import { type Proxy, startProxy } from '../proxy.ts';

/**
 * Completes what moto's Glue answers: real Glue always names these parts of a table's storage, moto only those it was given,
 * and Trino cannot read a view without them.
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
      const isStorage = key === 'StorageDescriptor' && typeof value === 'object';
      return isStorage ? { ...storageDefaults, ...value } : value;
    }),
  );
}
