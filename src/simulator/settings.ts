import { kindNames } from '../../schemas/kinds.ts';
import { REGION_PATTERN } from '../domain/slice.ts';
import type { Absence } from './world/accounts.ts';
import {
  type Checks,
  isAnything,
  isFlag,
  isRecord,
  isText,
  matching,
  numberFrom,
  oneOf,
  problem,
  problemsOf,
  problemsOfList,
  wholeFrom,
} from './checks.ts';
import { InvalidSettingError } from './errors.ts';
import type { Fault, FaultName } from './faults/faults.ts';
import { isInstant, parseInstant } from './world/instants.ts';
import type { World } from './world/world.ts';

/** Parses the settings of a running simulator: over HTTP and from code the same checks hold. */

const isRegion = matching(REGION_PATTERN, 'a region such as eu-west-1');

const rows = wholeFrom(1);

/** Every fault, and the options it takes. */
const faultChecks: Readonly<Record<FaultName, Checks>> = {
  throttling: { retryAfterSeconds: numberFrom(0) },
  'rate-limit': { perSecond: numberFrom(0.001), burst: numberFrom(1) },
  unavailable: { status: oneOf(500, 503) },
  'access-denied': {},
  'unrecognized-client': {},
  'expired-token': {},
  error: { status: wholeFrom(400, 599), code: isText },
  html: { status: oneOf(200, 503) },
  reset: {},
  'truncated-body': {},
  'truncated-json': {},
  hang: {},
  stall: {},
  delay: { ms: numberFrom(0) },
  'repeated-token': {},
  overlap: { rows },
  'conflict-later': { rows },
  'conflict-within': { rows },
  miscount: { by: wholeFrom(-1_000_000), rows },
  shuffle: {},
  'empty-page': {},
  'unknown-state': { state: isText, rows },
  'missing-field': { field: isText, rows },
  'unknown-field': { field: isText, value: isAnything, rows },
  raw: {
    items: (value) =>
      ['string', 'function'].includes(typeof value) || Array.isArray(value) ? undefined : 'text or a list',
    replace: isFlag,
  },
};

const required: Readonly<Partial<Record<FaultName, string>>> = {
  'rate-limit': 'perSecond',
  error: 'status',
  delay: 'ms',
  raw: 'items',
};

const scopeChecks: Checks = {
  share: numberFrom(0, 1),
  region: isRegion,
  kind: oneOf(...kindNames),
  page: wholeFrom(1),
  times: wholeFrom(1),
  of: oneOf('rows', 'sums', 'both', 'jobs'),
};

/** Throws InvalidSettingError with every problem. */
export function parseFaults(value: unknown): readonly Fault[] {
  refuse(problemsOfList('faults', value, problemsOfFault));
  return value as readonly Fault[];
}

function problemsOfFault(path: string, value: unknown): string[] {
  if (!isRecord(value)) return [problem(path, 'an object', value)];
  const isName = oneOf(...Object.keys(faultChecks));
  const expected = isName(value.fault);
  if (expected !== undefined) return [problem(`${path}.fault`, expected, value.fault)];
  const name = value.fault as FaultName;
  const must = required[name];
  const missing =
    must !== undefined && value[must] === undefined ? [problem(`${path}.${must}`, 'a value', undefined)] : [];
  return [...problemsOf(path, value, { fault: isName, ...scopeChecks, ...faultChecks[name] }), ...missing];
}

const worldChecks: Checks = {
  countOn: oneOf('creation', 'completion', 'last-change'),
  showToday: isFlag,
  window: oneOf(13, 14, 15, 'rolling'),
  zeroRows: isFlag,
  foreignRegionRows: isFlag,
  countsMove: isFlag,
  countJobs: oneOf('all', 'top-level', 'leaves'),
  dayZone: oneOf('utc', 'region', 'region-unsaid'),
  summariesAge: numberFrom(0),
  monitoring: isFlag,
  listDays: numberFrom(0),
  listBy: oneOf('creation', 'completion'),
  listShare: numberFrom(0, 1),
  absences: isAnything,
};

const absenceChecks: Checks = {
  account: matching(/^(?:\d{12}|\*)$/, 'a 12-digit account or *'),
  region: isRegion,
  from: isInstant,
  to: isInstant,
  why: oneOf('left', 'hidden'),
};

/** The settings to change; the others stay. Throws InvalidSettingError with every problem. */
export function parseWorld(value: unknown): Partial<World> {
  const absences = isRecord(value) ? value.absences : undefined;
  refuse([
    ...problemsOf('', value, worldChecks),
    ...(absences === undefined ? [] : problemsOfList('absences', absences, problemsOfAbsence)),
  ]);
  const world = Object.fromEntries(
    Object.entries(value as Partial<World>).filter(([, entry]) => entry !== undefined),
  ) as Partial<World>;
  return absences === undefined ? world : { ...world, absences: (absences as unknown[]).map(parseAbsence) };
}

function problemsOfAbsence(path: string, value: unknown): string[] {
  const missing = isRecord(value) && value.account === undefined;
  return [
    ...problemsOf(path, value, absenceChecks),
    ...(missing ? [problem(`${path}.account`, 'a 12-digit account or *', undefined)] : []),
  ];
}

function parseAbsence(value: unknown): Absence {
  const { from, to, ...rest } = value as Record<string, unknown>;
  return {
    ...rest,
    ...(from !== undefined && { from: parseInstant(from) }),
    ...(to !== undefined && { to: parseInstant(to) }),
  } as Absence;
}

/** Throws InvalidSettingError if there are problems. */
export function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new InvalidSettingError(problems);
}
