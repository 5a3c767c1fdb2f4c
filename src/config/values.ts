import { PULLS_TABLE } from '../../schemas/catalog-table.ts';
import { views } from '../../schemas/views/views.ts';
import { resolve } from 'node:path';
import { AGGREGATE_ALL, ANY } from '../../schemas/kinds.ts';
import { type Day, isDay } from '../domain/day.ts';
import { REGION_PATTERN } from '../domain/slice.ts';
import { TABLE_PATTERN } from '../ledger/partition.ts';

/** A value as it was meant, or what would have been accepted. */
export type Parsed<T> = { readonly value: T } | { readonly expected: string };
export type Parse<T> = (text: string) => Parsed<T>;

/** Where a ledger lies. */
export type LedgerPlace =
  | { readonly type: 's3'; readonly bucket: string; readonly prefix: string }
  | { readonly type: 'folder'; readonly path: string };

/** A ledger's place as it is told. */
export function urlOf(place: LedgerPlace): string {
  if (place.type === 'folder') return place.path;
  return place.prefix === '' ? `s3://${place.bucket}` : `s3://${place.bucket}/${place.prefix}`;
}

const BUCKET_PATTERN = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const DURATION_PATTERN = /^([1-9]\d{0,5})([smhd])$/;
const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

export function oneOf<const T extends string>(words: readonly T[]): Parse<T> {
  return (text) => {
    const value = words.find((word) => word === text);
    return value === undefined ? { expected: `one of ${words.join(', ')}` } : { value };
  };
}

export function wholeNumber(least: number, most: number): Parse<number> {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    return value >= least && value <= most
      ? { value }
      : { expected: `a whole number from ${least} to ${most}` };
  };
}

export function matching(pattern: RegExp, expected: string): Parse<string> {
  return (text) => (pattern.test(text) ? { value: text } : { expected });
}

/** `30s`, `15m`, `36h` or `10d`, as milliseconds. */
export const duration: Parse<number> = (text) => {
  const [, count, unit = ''] = DURATION_PATTERN.exec(text) ?? [];
  const unitMs = UNIT_MS[unit];
  return unitMs === undefined
    ? { expected: 'a duration such as 30s, 15m, 36h or 10d' }
    : { value: Number(count) * unitMs };
};

/** An ISO 8601 instant with its offset, as epoch milliseconds. */
export const instant: Parse<number> = (text) => {
  const value = /^\d{4}-\d{2}-\d{2}T.*(?:Z|[+-]\d{2}:\d{2})$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(value) ? { expected: 'an instant such as 2026-11-23T03:30:00Z' } : { value };
};

/** A UTC calendar day. */
export const day: Parse<Day> = (text) =>
  isDay(text) ? { value: text } : { expected: 'a day such as 2026-11-22' };

export const anyText: Parse<string> = (text) =>
  text !== '' && text.isWellFormed() ? { value: text } : { expected: 'a value' };

/** A share, from 0 to 1. */
export const share: Parse<number> = (text) => {
  const value = /^[01](?:\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN;
  return value <= 1 ? { value } : { expected: 'a share from 0 to 1' };
};

/** Percent, as such or as a share. */
export const percentage: Parse<number> = (text) => {
  const [, digits = '', sign] = /^(\d{1,3}(?:\.\d{1,6})?) ?(%?)$/.exec(text) ?? [];
  const number = digits === '' ? Number.NaN : Number(digits);
  // In hundredths as they were written: 100 × 0.57 is a little less than 57.
  const value = number <= 1 && sign === '' ? Number(`${digits}e2`) : number;
  return value <= 100 ? { value } : { expected: 'a percentage such as 95 or 99.5, or a share such as 0.95' };
};

export const json: Parse<unknown> = (text) => {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return { expected: 'JSON' };
  }
};

export const region = matching(REGION_PATTERN, 'an AWS Region such as eu-west-1');

/** Asks AWS which regions there are. */
export const ALL_REGIONS = 'all';

export const regionOrAll: Parse<string> = (text) =>
  text === ALL_REGIONS || REGION_PATTERN.test(text)
    ? { value: text }
    : { expected: `an AWS Region such as eu-west-1, or ${ALL_REGIONS}` };

/** Stands for each account in the name of a role. */
export const ACCOUNT_PLACE = '{account}';

/** Source of the characters: the IAM reference of roles' names and paths. */
export const roleTemplate = matching(
  /^arn:aws[a-z-]*:iam::\{account\}:role\/[\w+=,.@/-]+$/,
  `a role's ARN with ${ACCOUNT_PLACE} in the place of the account, such as arn:aws:iam::${ACCOUNT_PLACE}:role/backup-ledger`,
);

export const accountId = matching(/^\d{12}$/, '12 digits');

/** Asks AWS which accounts the caller's organisation has. */
export const ORGANIZATIONS = 'organizations';

export const accountOrOrganization: Parse<string> = (text) =>
  text === ORGANIZATIONS || 'value' in accountId(text)
    ? { value: text }
    : { expected: `an account of 12 digits, or ${ORGANIZATIONS}` };

export const account = matching(
  new RegExp(`^(?:\\d{12}|${ANY}|${AGGREGATE_ALL})$`),
  `an account of 12 digits, ${ANY} or ${AGGREGATE_ALL}`,
);

/** Tables lie beside `pulls/` and `raw/`. */
export const tableName: Parse<string> = (text) =>
  TABLE_PATTERN.test(text) && !takenNames.has(text)
    ? { value: text }
    : {
        expected:
          'lower-case letters, digits and _, beginning with a letter, and neither raw, pulls nor the name of a view',
      };

const takenNames: ReadonlySet<string> = new Set(['raw', PULLS_TABLE, ...views.map(({ name }) => name)]);

/** A database of the Glue Data Catalog, by a name that needs no quoting in SQL. */
export const databaseName = matching(
  /^[a-z][a-z0-9_]{0,127}$/,
  'lower-case letters, digits and _, beginning with a letter',
);

/** A place for results in S3. */
export const s3Url = matching(/^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:\/\S*)?$/, 's3://bucket/folder');

/** A topic that mail and phones can subscribe to: one that is not FIFO. Source of the pattern: CreateTopic in the SNS API reference. */
export const topicArn = matching(
  /^arn:aws[a-z-]*:sns:[a-z]{2}[a-z-]*-\d:\d{12}:[A-Za-z0-9_-]{1,256}$/,
  "a standard SNS topic's ARN, such as arn:aws:sns:eu-west-1:111111111111:backups",
);

export const ledgerPlace: Parse<LedgerPlace> = (text) => {
  if (/^(?:s3:\/\/)?arn:/.test(text)) return expectedAlias;
  if (!text.includes('://'))
    return text === '' ? expectedLedger : { value: { type: 'folder', path: resolve(text) } };
  const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)\/?(.*?)\/*$/.exec(text) ?? [];
  const clean = prefix.split('/').every((part) => part !== '.' && part !== '..') && !prefix.includes('//');
  return BUCKET_PATTERN.test(bucket) && clean && prefix.isWellFormed()
    ? { value: { type: 's3', bucket, prefix } }
    : expectedLedger;
};

const expectedLedger = { expected: 's3://bucket/prefix or a local folder' };

/** Athena and Glue, which read the ledger, take an access point by its alias only. */
const expectedAlias = {
  expected:
    's3://bucket/prefix, where an access point is named by its alias (it ends in -s3alias), not by its ARN',
};
