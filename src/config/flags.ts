import { aggregationPeriods, AGGREGATE_ALL, ANY, kindNames } from '../../schemas/kinds.ts';
import { SILENT_DAYS } from '../domain/silence.ts';
import { reconcileModes } from '../domain/slice.ts';
import { type Flags, value } from './flag.ts';
import {
  account,
  accountId,
  accountOrOrganization,
  anyText,
  databaseName,
  day,
  duration,
  instant,
  json,
  ledgerPlace,
  oneOf,
  ORGANIZATIONS,
  percentage,
  region,
  regionOrAll,
  roleTemplate,
  s3Url,
  share,
  tableName,
  topicArn,
  wholeNumber,
} from './values.ts';
import { rawScopes } from '../ledger/raw-key.ts';

/**
 * Every flag, once: its meaning, default and grammar. The same names, in capitals and with the prefix
 * `BACKUP_LEDGER_`, are environment variables, and as they stand keys of the `--config` file.
 */

const LEDGER = 'Ledger:';
const SLICES = 'What to read:';
const LIMITS = 'Limits:';
const OUTPUT = 'Output:';
const CHECKS = 'What to check:';
const REBUILD = 'What to rebuild:';
const CATALOG = 'Catalog and Athena:';
const QUERY = 'What to ask:';
const OTHER = 'Other:';
const SERVER = 'Server:';
const WORLD = 'Simulated world:';

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;

/** Where a ledger lies and how it is reached. */
export const ledgerFlags = {
  ledger: value(
    LEDGER,
    'where the ledger lies: s3://bucket/prefix or a local folder',
    ledgerPlace,
    './ledger',
  ),
  'expected-bucket-owner': value(LEDGER, 'account that must own the bucket', accountId, undefined),
  'kms-key': value(LEDGER, 'KMS key (ID or ARN) to encrypt new objects with', anyText, undefined),
  's3-path-style': { shape: 'switch', group: LEDGER, describe: 'address buckets by path, not by host name' },
  'max-attempts': value(LIMITS, 'tries for each request', wholeNumber(1, 100), '10'),
} as const satisfies Flags;

/** Flags that say which slices there are. */
export const sliceFlags = {
  kind: {
    shape: 'list',
    group: SLICES,
    describe: 'kinds of jobs, or all',
    parse: oneOf(kindNames),
    default: 'copy',
    all: kindNames,
  },
  region: {
    shape: 'list',
    group: SLICES,
    describe: "AWS Regions to ask, or all the account has enabled [default: the SDK's region]",
    parse: regionOrAll,
    default: undefined,
  },
  'aggregation-period': value(SLICES, "length of the rows' own window", oneOf(aggregationPeriods), 'ONE_DAY'),
  accounts: {
    shape: 'list',
    group: SLICES,
    describe: 'accounts to read one by one through --assume-role: a list, or @file with one on each line',
    parse: accountId,
    default: undefined,
    files: true,
  },
  account: value(SLICES, `whose jobs: 12 digits, ${ANY} or ${AGGREGATE_ALL}`, account, ANY),
  state: value(SLICES, 'only jobs in this state (needs --table)', anyText, ANY),
  'resource-type': value(SLICES, 'only jobs of this resource type (needs --table)', anyText, ANY),
  'message-category': value(SLICES, 'only jobs of this message category (needs --table)', anyText, ANY),
  table: value(SLICES, 'table for filtered, aggregated or longer-period rows', tableName, undefined),
} as const satisfies Flags;

/** How the slices of single accounts are reached. */
export const roleFlags = {
  'assume-role': value(
    SLICES,
    'role to assume in each of --accounts: arn:aws:iam::{account}:role/name',
    roleTemplate,
    undefined,
  ),
} as const satisfies Flags;

const limitFlags = {
  'page-size': value(LIMITS, 'summaries a page', wholeNumber(1, 500), '500'),
  'max-rate': value(
    LIMITS,
    'most requests a second to each region [default: what AWS grants]',
    wholeNumber(1, 1000),
    undefined,
  ),
  concurrency: value(LIMITS, 'slices read side by side', wholeNumber(1, 256), '16'),
  'max-pages': value(
    LIMITS,
    'pages of one slice beyond which something is wrong',
    wholeNumber(1, 1_000_000),
    '10000',
  ),
  'max-rejects': value(LIMITS, 'unusable rows tolerated in one slice', wholeNumber(0, 1_000_000), '0'),
  'min-accounts': value(
    LIMITS,
    'accounts each slice must show, else exit 78',
    wholeNumber(0, 1_000_000),
    '0',
  ),
  reconcile: value(
    LIMITS,
    "what a mismatch with AWS's own totals does: off, warn, or require (publish nothing, exit 65)",
    oneOf(reconcileModes),
    'warn',
  ),
} as const satisfies Flags;

const runFlags = {
  deadline: value(LIMITS, 'time after which the run stops, to be tried again', duration, '1h'),
} as const satisfies Flags;

/** What is shown on stderr. */
export const outputFlags = {
  'log-format': value(
    OUTPUT,
    'pretty or json [default: pretty on a terminal]',
    oneOf(['pretty', 'json']),
    undefined,
  ),
  'log-level': value(OUTPUT, 'least severe lines to log', oneOf(logLevels), 'info'),
  progress: value(OUTPUT, 'progress display on stderr', oneOf(['auto', 'always', 'never']), 'auto'),
} as const satisfies Flags;

/** Elsewhere than on a terminal it is printed anyway. */
const resultAsJson = {
  shape: 'switch',
  group: OUTPUT,
  describe: 'print the result as one JSON line on a terminal, too',
} as const;

const otherFlags = {
  config: value(OTHER, 'JSON file of flags; flags and environment win over it', anyText, undefined),
  now: value(OTHER, 'override the clock, for trials: it ticks on from this instant', instant, undefined),
} as const satisfies Flags;

export const pullFlags = {
  ...ledgerFlags,
  ...sliceFlags,
  ...limitFlags,
  ...runFlags,
  'no-raw': { shape: 'switch', group: LEDGER, describe: 'do not keep the pages as AWS sent them' },
  ...roleFlags,
  'dry-run': { shape: 'switch', group: OUTPUT, describe: 'show what would change, write nothing' },
  json: resultAsJson,
  metrics: value(
    OUTPUT,
    'CloudWatch metrics on stderr, a line of JSON each: emf (embedded metric format) or none',
    oneOf(['emf', 'none']),
    'none',
  ),
  ...outputFlags,
  ...otherFlags,
} as const satisfies Flags;

/** `plan` takes every flag of `pull`, so that one configuration serves both. */
export const planFlags = pullFlags;

export const verifyFlags = {
  ...ledgerFlags,
  'max-age': value(CHECKS, 'longest time since the last good pull of a slice', duration, '36h'),
  since: value(
    CHECKS,
    'read what belongs to the months from this day on [default: everything]',
    day,
    undefined,
  ),
  raw: value(CHECKS, 'raw files to read: all, recent (last two months) or none', oneOf(rawScopes), 'all'),
  ...runFlags,
  json: { shape: 'switch', group: OUTPUT, describe: 'print the findings as one JSON line' },
  ...outputFlags,
  ...otherFlags,
} as const satisfies Flags;

export const replayFlags = {
  ...ledgerFlags,
  into: value(
    LEDGER,
    'another place to rebuild the ledger in: s3://bucket/prefix or a local folder',
    ledgerPlace,
    undefined,
  ),
  from: value(REBUILD, 'first start date [default: the first in the raw pages]', day, undefined),
  to: value(REBUILD, 'last start date [default: the last in the raw pages]', day, undefined),
  kind: { ...sliceFlags.kind, group: REBUILD, default: 'all' },
  region: {
    shape: 'list',
    group: REBUILD,
    describe: 'AWS Regions [default: all in the raw pages]',
    parse: region,
    default: undefined,
  },
  exclude: {
    shape: 'list',
    group: REBUILD,
    describe: 'pulls to withdraw, by their name or the key of their raw pages',
    parse: anyText,
    default: undefined,
  },
  json: resultAsJson,
  ...runFlags,
  ...outputFlags,
  ...otherFlags,
} as const satisfies Flags;

/** Where Athena finds the ledger's tables, and how it is asked. */
const athenaFlags = {
  database: value(CATALOG, 'Glue database of the tables and views', databaseName, 'backup_ledger'),
  workgroup: value(
    CATALOG,
    "Athena workgroup to run SQL in [default: Athena's own, primary]",
    anyText,
    undefined,
  ),
  'output-location': value(
    CATALOG,
    "where Athena puts results: s3://bucket/folder [default: the workgroup's]",
    s3Url,
    undefined,
  ),
} as const satisfies Flags;

export const registerFlags = {
  ...ledgerFlags,
  ...athenaFlags,
  'first-day': value(
    CATALOG,
    'first start date to show [default: the earliest in the ledger]',
    day,
    undefined,
  ),
  print: { shape: 'switch', group: OUTPUT, describe: 'print all SQL, change nothing' },
  'dry-run': { shape: 'switch', group: OUTPUT, describe: 'show what would change, change nothing' },
  ...runFlags,
  ...outputFlags,
  ...otherFlags,
} as const satisfies Flags;

export const answerFormats = ['table', 'markdown', 'csv', 'json', 'jsonl'] as const;

export const queryFlags = {
  sql: value(QUERY, 'the SQL statement', anyText, undefined),
  file: value(QUERY, 'file with the SQL statement; - for standard input', anyText, undefined),
  format: value(
    OUTPUT,
    'how rows are written: table, markdown, csv, json or jsonl [default: table on a terminal, else csv]',
    oneOf(answerFormats),
    undefined,
  ),
  ...ledgerFlags,
  ...athenaFlags,
  ...runFlags,
  ...outputFlags,
  ...otherFlags,
} as const satisfies Flags;

export const reportFlags = {
  out: value(OUTPUT, 'file to write', anyText, 'backup-ledger-report.html'),
  from: value(QUERY, 'first start date [default: 400 days ago]', day, undefined),
  to: value(QUERY, 'last start date [default: today]', day, undefined),
  target: value(
    QUERY,
    'success rate to be reached, in percent [default: the median of the last 28 days]',
    percentage,
    undefined,
  ),
  'account-names': value(
    QUERY,
    `names of accounts: a file with lines of id,name, or ${ORGANIZATIONS} to ask AWS`,
    anyText,
    undefined,
  ),
  open: { shape: 'switch', group: OUTPUT, describe: 'show it in the browser' },
  ...ledgerFlags,
  ...athenaFlags,
  ...runFlags,
  ...outputFlags,
  ...otherFlags,
} as const satisfies Flags;

export const checkFlags = {
  'min-success': value(
    CHECKS,
    'lowest success rate, in percent, of the newest day and of seven [default: none is too low]',
    percentage,
    undefined,
  ),
  'max-fall': value(
    CHECKS,
    'points a success rate of seven days may fall against the week before',
    wholeNumber(0, 100),
    '10',
  ),
  'max-silent-days': value(
    CHECKS,
    'days without a completed job that make an account silent',
    wholeNumber(1, 3650),
    String(SILENT_DAYS),
  ),
  'expect-accounts': {
    shape: 'list',
    group: CHECKS,
    describe: `accounts that must be in the ledger, and no others are missed: a list, @file, or ${ORGANIZATIONS} to ask AWS`,
    parse: accountOrOrganization,
    default: undefined,
    files: true,
  },
  'max-age': { ...verifyFlags['max-age'], describe: 'longest time since the last good pull' },
  since: value(
    CHECKS,
    'first start date to look at; who had no job since is taken for gone [default: 28 days ago; gone: 400]',
    day,
    undefined,
  ),
  json: { shape: 'switch', group: OUTPUT, describe: 'print what was found as one JSON line' },
  'sns-topic': value(
    OUTPUT,
    'SNS topic (ARN) to publish one message to when something is found',
    topicArn,
    undefined,
  ),
  always: { shape: 'switch', group: OUTPUT, describe: 'publish a message when nothing is found, too' },
  ...ledgerFlags,
  ...athenaFlags,
  ...runFlags,
  ...outputFlags,
  ...otherFlags,
} as const satisfies Flags;

export const doctorFlags = {
  ...ledgerFlags,
  ...sliceFlags,
  kind: { ...sliceFlags.kind, default: 'all' },
  ...roleFlags,
  'page-size': limitFlags['page-size'],
  'max-rate': limitFlags['max-rate'],
  concurrency: limitFlags.concurrency,
  'max-pages': limitFlags['max-pages'],
  ...athenaFlags,
  calibrate: {
    shape: 'switch',
    group: CHECKS,
    describe:
      'find out how AWS counts, from its lists of jobs (5 requests a second, unless --max-rate says else)',
  },
  json: { shape: 'switch', group: OUTPUT, describe: 'print what was found as one JSON line' },
  ...runFlags,
  ...outputFlags,
  ...otherFlags,
} as const satisfies Flags;

export const simulateFlags = {
  port: value(SERVER, 'port on 127.0.0.1; 0 for a free one', wholeNumber(0, 65_535), '0'),
  latency: value(SERVER, 'milliseconds before each answer', wholeNumber(0, 60_000), '0'),
  faults: value(
    SERVER,
    'JSON list of what goes wrong: [{"fault":"throttling","share":0.3}]',
    json,
    undefined,
  ),
  seed: value(WORLD, 'equal seeds give equal worlds', wholeNumber(0, 4_294_967_295), '1'),
  accounts: value(
    WORLD,
    "accounts in the organisation [default: a tenth of a day's rows]",
    wholeNumber(1, 100_000),
    undefined,
  ),
  summaries: value(WORLD, 'rows in one daily answer, about', wholeNumber(10, 1_000_000), '1000'),
  churn: value(WORLD, 'share of accounts that join, leave or hide', share, '0'),
  'count-on': value(
    WORLD,
    'day a job counts on: creation, completion or last-change',
    oneOf(['creation', 'completion', 'last-change']),
    'creation',
  ),
  'count-jobs': value(
    WORLD,
    'jobs of a composite that count: all, top-level or leaves',
    oneOf(['all', 'top-level', 'leaves']),
    'all',
  ),
  'day-zone': value(
    WORLD,
    'where days begin: utc, region (its own time zone) or region-unsaid (and rows do not say so)',
    oneOf(['utc', 'region', 'region-unsaid']),
    'utc',
  ),
  composites: value(WORLD, 'share of the jobs that are parents of others', share, '0'),
  window: value(WORLD, 'days shown: 13, 14, 15 or rolling', oneOf(['13', '14', '15', 'rolling']), '14'),
  'show-today': { shape: 'switch', group: WORLD, describe: 'show the current, partial day' },
  'zero-rows': { shape: 'switch', group: WORLD, describe: 'show rows with a zero count' },
  'foreign-region-rows': { shape: 'switch', group: WORLD, describe: 'show rows of another region' },
  now: value(
    WORLD,
    "the simulated time, which then stands still [default: the machine's clock]",
    instant,
    undefined,
  ),
  config: otherFlags.config,
} as const satisfies Flags;

/** Flags of every command: one environment, or configuration file, serves them all. */
export const allFlags: Flags = {
  ...checkFlags,
  ...doctorFlags,
  ...reportFlags,
  ...queryFlags,
  ...registerFlags,
  ...replayFlags,
  ...verifyFlags,
  ...simulateFlags,
  ...pullFlags,
};
