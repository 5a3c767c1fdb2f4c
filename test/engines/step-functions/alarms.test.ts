import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SliceOutcome } from '../../../src/domain/slice-outcome.ts';
import { addDays, DAY_MS, utcDay } from '../../../src/domain/day.ts';
import { countsLine, runMetricLines } from '../../../src/pull/metrics.ts';
import { type Alarm, type Datapoint, datapointsOf, judge, type State } from './alarm.ts';
import { type Resource, type TransformedFile, transformTemplate } from './template.ts';

/** The template's alarms over simulated weeks, of metrics that the code itself wrote: what rings, and what stays quiet. */

let transformed: TransformedFile;
let resources: Readonly<Record<string, Resource>>;
beforeAll(async () => {
  transformed = await transformTemplate();
  resources = transformed.template.Resources;
});
afterAll(() => rm(transformed.folder, { recursive: true, force: true }));

const STACK = 'backup-ledger';
const DEPLOYED = Date.UTC(2026, 10, 1, 7, 30);
const HOUR_MS = 3_600_000;

/** The alarms of a stack with these parameters, and otherwise with the defaults. */
function alarmsWith(parameters: Readonly<Record<string, number>> = {}): Map<string, Alarm> {
  const defaults = Object.entries(transformed.template.Parameters).map(([name, { Default }]) => [
    name,
    Default,
  ]);
  const values: Readonly<Record<string, unknown>> = {
    ...Object.fromEntries(defaults),
    ...parameters,
    'AWS::StackName': STACK,
  };
  const resolved = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(resolved);
    if (typeof value !== 'object' || value === null) return value;
    if ('Ref' in value) return values[value.Ref as string] ?? value.Ref;
    if ('Fn::GetAtt' in value) return (value['Fn::GetAtt'] as readonly string[])[0];
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, resolved(part)]));
  };
  const found = Object.entries(resources).filter(([, { Type }]) => Type === 'AWS::CloudWatch::Alarm');
  return new Map(found.map(([name, { Properties }]) => [name, resolved(Properties) as Alarm]));
}

interface History {
  /** Alarms that rang at any time. */
  readonly rang: readonly string[];
  /** Those that ring at the end. */
  readonly ringing: readonly string[];
  /** When each rang first, in hours after the deployment. */
  readonly firstRang: Readonly<Record<string, number>>;
}

/** Looks at the alarms every hour and a little after each datapoint, from the deployment on. */
function watch(
  points: readonly Datapoint[],
  days: number,
  parameters: Readonly<Record<string, number>> = {},
): History {
  const end = DEPLOYED + days * DAY_MS;
  const hours = Array.from({ length: days * 24 + 1 }, (_, hour) => DEPLOYED + hour * HOUR_MS);
  const looks = [...hours, ...points.map(({ at }) => at + 60_000)].filter((at) => at <= end);
  const instants = [...new Set(looks)].toSorted((a, b) => a - b);
  const firstRang: Record<string, number> = {};
  const ringing: string[] = [];
  for (const [name, alarm] of alarmsWith(parameters)) {
    let state: State = 'INSUFFICIENT_DATA';
    for (const at of instants) {
      state = judge(alarm, points, at, state);
      if (state === 'ALARM') firstRang[name] ??= (at - DEPLOYED) / HOUR_MS;
    }
    if (state === 'ALARM') ringing.push(name);
  }
  return { rang: Object.keys(firstRang), ringing, firstRang };
}

/** A slice on a day when all is well: yesterday is the newest day AWS shows. */
function slice(now: number, change: Partial<SliceOutcome> = {}): SliceOutcome {
  return {
    slice: 'copy-ONE_DAY-eu-west-1-any',
    kind: 'copy',
    outcome: 'ok',
    kept: 100,
    accounts: 40,
    accounts_before: 40,
    first_day: addDays(utcDay(now), -14),
    last_day: addDays(utcDay(now), -1),
    conflicts: 0,
    rejected: 0,
    reconciled: 'matched',
    written: 1,
    gap_days: 0,
    warnings: 0,
    ...change,
  };
}

interface Run {
  readonly slices: readonly Partial<SliceOutcome>[];
  /** Slices that failed. */
  readonly failed?: number;
  /** What else the function counted that day. */
  readonly counts?: Readonly<Record<string, number>>;
}

const good: Run = { slices: [{}] };
const dimensions = { Stack: STACK };

/** What the stack writes when it is made, and when it ran on each day, at 03:30; undefined where nothing ran. */
function metricsOf(days: number, runOn: (day: number) => Run | undefined): Datapoint[] {
  const deployed = countsLine(DEPLOYED, dimensions, { Heartbeats: 1 });
  const lines = Array.from({ length: days }, (_, day) => {
    const run = runOn(day);
    return run ? linesOf(run, DEPLOYED + day * DAY_MS + 20 * HOUR_MS) : [];
  });
  const states = Array.from({ length: days }, (_, day) => {
    const isFailed = (runOn(day)?.failed ?? 0) > 0;
    return isFailed ? [badExecution('StateMachine', 'Failed', DEPLOYED + day * DAY_MS + 20 * HOUR_MS)] : [];
  });
  return [...[deployed, ...lines.flat()].flatMap(datapointsOf), ...states.flat()];
}

function linesOf({ slices, failed = 0, counts = {} }: Run, at: number): string[] {
  const lines = runMetricLines(
    {
      slices: slices.map((change) => slice(at, change)),
      planned: slices.length + failed,
      failed,
      isFailed: failed > 0,
      startedAt: at,
      finishedAt: at,
    },
    dimensions,
  );
  return [
    ...lines,
    countsLine(at, dimensions, {
      DaysSinceVerified: 1,
      DaysSinceFullyVerified: 1,
      FailedRegistrations: 0,
      ...counts,
    }),
  ];
}

const machines = ['StateMachine', 'VerifyMachine'] as const;
/** How an execution ends that did not succeed. Source: "Execution metrics" in the Step Functions developer guide. */
const badEnds = ['Failed', 'TimedOut', 'Aborted'] as const;

function badExecution(
  machine: (typeof machines)[number],
  end: (typeof badEnds)[number],
  at: number,
): Datapoint {
  const own = { StateMachineArn: machine };
  return { namespace: 'AWS/States', name: `Executions${end}`, dimensions: own, value: 1, at };
}

/** On the sixth day and on no other. */
const once = (run: Run) => (day: number) => (day === 5 ? run : good);
const fromDay = (first: number, run: Run) => (day: number) => (day >= first ? run : good);

describe('the alarms', () => {
  it('stay quiet while all is well, from the first minute on', () => {
    expect(
      watch(
        metricsOf(12, () => good),
        12,
      ).rang,
    ).toEqual([]);
  });

  it('all tell the same topic, and tell it when all is well again', () => {
    for (const { Type, Properties } of Object.values(resources)) {
      if (Type !== 'AWS::CloudWatch::Alarm') continue;
      expect(Properties['AlarmActions']).toMatchObject({
        'Fn::If': ['HasTopic', expect.anything(), expect.anything()],
      });
      expect(Properties['OKActions']).toEqual(Properties['AlarmActions']);
      expect(Properties['AlarmDescription']).toMatch(/^[A-Z].{40}/);
    }
  });

  it('wait 36 hours for the first run, and not longer', () => {
    const { rang, firstRang } = watch(
      metricsOf(4, () => undefined),
      4,
    );
    expect(rang).toEqual(['NoSuccessfulRun']);
    expect(firstRang['NoSuccessfulRun']).toBeGreaterThanOrEqual(36);
    expect(firstRang['NoSuccessfulRun']).toBeLessThanOrEqual(38);
    expect(resources['NoSuccessfulRun']?.DependsOn).toBe('FirstSignOfLife');
  });

  it('wait for no run where there is no schedule: something else calls the function', () => {
    for (const name of ['NoSuccessfulRun', 'FirstSignOfLife', 'DailyRun'])
      expect(resources[name]?.Condition, name).toBe('HasSchedule');
    // The others say nothing where no run tells of anything.
    const { rang } = watch([], 3);
    expect(rang.filter((name) => resources[name]?.Condition !== 'HasSchedule')).toEqual([]);
  });

  it('ring when the runs end, and go quiet when they come again', () => {
    const gap = metricsOf(12, (day) => (day < 4 || day > 8 ? good : undefined));
    const { rang, ringing, firstRang } = watch(gap, 12);
    expect([rang, ringing]).toEqual([['NoSuccessfulRun'], []]);
    expect(firstRang['NoSuccessfulRun']).toBeLessThanOrEqual(3 * 24 + 20 + 38);
  });

  it.each<readonly [string, Run, readonly string[]]>([
    [
      'no account in any slice',
      { slices: [{ accounts: 0, last_day: null }] },
      ['TooFewAccounts', 'AccountsShrunk'],
    ],
    ['a view that shrank', { slices: [{}, { accounts: 30 }] }, ['AccountsShrunk']],
    ['days that are lost', { slices: [{ gap_days: 3 }] }, ['DaysLost']],
    ['rejected rows', { slices: [{ rejected: 1 }] }, ['RowsRejected']],
    ['a damaged ledger', { ...good, counts: { VerifyErrors: 2 } }, ['LedgerDamaged']],
    ['a ledger not verified for nine days', { ...good, counts: { DaysSinceVerified: 9 } }, ['NotVerified']],
    [
      'a ledger not all of which was verified for 34 days',
      { ...good, counts: { DaysSinceFullyVerified: 34 } },
      ['NotFullyVerified'],
    ],
    ['a failed verification', { ...good, counts: { FailedVerifications: 1 } }, ['VerifyFailed']],
    ['a failed registration', { ...good, counts: { FailedRegistrations: 1 } }, ['RegisterFailed']],
    ['a failed check', { ...good, counts: { FailedChecks: 1 } }, ['CheckFailed']],
  ])('ring for %s, and until it is mended', (_what, run, names) => {
    const counts = Object.fromEntries(Object.keys(run.counts ?? {}).map((name) => [name, 0]));
    const mended = (day: number) => (day === 5 ? run : { ...good, counts });
    const points = metricsOf(9, mended);
    const { rang, ringing } = watch(points, 9);
    expect(rang.toSorted()).toEqual(names.toSorted());
    expect(ringing).toEqual([]);
    // Until the next run tells of it they go on.
    const nextDay = points.filter(({ at }) => at < DEPLOYED + 6 * DAY_MS);
    expect(watch(nextDay, 6).ringing.toSorted()).toEqual(names.toSorted());
  });

  it('ring for a run with slices that failed: at once, and after 36 hours because none succeeded', () => {
    const points = metricsOf(9, once({ slices: [{}], failed: 1 }));
    const { rang, ringing, firstRang } = watch(points, 9);
    expect(rang.toSorted()).toEqual(['FailedRun', 'NoSuccessfulRun', 'SlicesFailed']);
    expect(ringing).toEqual([]);
    expect(firstRang['NoSuccessfulRun']).toBeGreaterThan((firstRang['FailedRun'] ?? 0) + 6);
    expect(watch(points, 6).ringing.toSorted()).toEqual(['FailedRun', 'SlicesFailed']);
  });

  it.each(machines.flatMap((machine) => badEnds.map((end) => [machine, end] as const)))(
    'ring for a day when an execution of the %s ends as %s',
    (machine, end) => {
      const bad = badExecution(machine, end, DEPLOYED + 5 * DAY_MS);
      const { rang, ringing } = watch([...metricsOf(9, () => good), bad], 9);
      expect(rang).toEqual(['FailedRun']);
      expect(ringing).toEqual([]);
    },
  );

  it('ring on the first day for a caller that never had a view of the organisation', () => {
    const blind = metricsOf(3, () => ({ slices: [{ accounts: 1, accounts_before: 1 }] }));
    expect(watch(blind, 3).rang).toEqual([]);
    expect(watch(blind, 3, { MinAccounts: 2 }).ringing).toEqual(['TooFewAccounts']);
    const nothing = metricsOf(3, () => ({
      slices: [{ accounts: 0, accounts_before: null, last_day: null }],
    }));
    expect(watch(nothing, 3).ringing).toEqual(['TooFewAccounts']);
  });

  it.each(['copy', 'backup'] as const)(
    'ring for one region whose %s jobs went stale behind fresh ones',
    (kind) => {
      const stale = (day: number): Run => ({
        slices: [{ kind }, { kind, last_day: utcDay(DEPLOYED + Math.min(day, 5) * DAY_MS) }],
      });
      const { ringing } = watch(metricsOf(10, stale), 10);
      expect(ringing).toEqual([kind === 'copy' ? 'CopiesTooOld' : 'BackupsTooOld']);
      expect(watch(metricsOf(7, stale), 7).rang).toEqual([]);
    },
  );

  it('stay quiet for restores and scans, which are made when somebody wants one', () => {
    const old = { last_day: '2026-10-25' };
    const rare: Run = { slices: [{}, { kind: 'restore', ...old }, { kind: 'scan', ...old }] };
    expect(
      watch(
        metricsOf(9, () => rare),
        9,
      ).rang,
    ).toEqual([]);
  });

  it('stay quiet for weekly copies where the age is set for them', () => {
    const weekly = (day: number): Run => ({
      slices: [{ last_day: utcDay(DEPLOYED + (Math.floor(day / 7) * 7 - 1) * DAY_MS) }],
    });
    expect(watch(metricsOf(20, weekly), 20).rang).toEqual(['CopiesTooOld']);
    expect(watch(metricsOf(20, weekly), 20, { MaxDayAge: 9 }).rang).toEqual([]);
  });

  it('stay quiet for a handful of accounts, some of which have no job on many a day', () => {
    const few: Run = { slices: [{ accounts: 1, accounts_before: 9 }] };
    expect(watch(metricsOf(9, once(few)), 9).rang).toEqual([]);
  });

  it.each<readonly [string, Partial<SliceOutcome>]>([
    ['TotalsMismatched', { reconciled: 'mismatched' }],
    ['RowsConflicting', { conflicts: 2 }],
  ])('ring for %s only when it lasts three days', (name, change) => {
    const run: Run = { slices: [{}, change] };
    const twoDays = metricsOf(9, (day) => (day === 4 || day === 5 ? run : good));
    expect(watch(twoDays, 9).rang).toEqual([]);
    expect(watch(metricsOf(9, fromDay(5, run)), 9).ringing).toEqual([name]);
  });

  it('of another stack are none of this one', () => {
    const other = metricsOf(5, () => ({ slices: [{ gap_days: 3 }], failed: 1 })).map((point) => ({
      ...point,
      dimensions: { ...point.dimensions, Stack: 'other' },
    }));
    expect(watch([...metricsOf(5, () => good), ...other], 5).rang).toEqual([]);
  });

  it('have each been made to ring by one of these', () => {
    expect([...alarmsWith().keys()].toSorted()).toEqual(
      [
        'NoSuccessfulRun',
        'FailedRun',
        'SlicesFailed',
        'TooFewAccounts',
        'AccountsShrunk',
        'CopiesTooOld',
        'BackupsTooOld',
        'DaysLost',
        'TotalsMismatched',
        'RowsRejected',
        'RowsConflicting',
        'LedgerDamaged',
        'NotVerified',
        'NotFullyVerified',
        'VerifyFailed',
        'RegisterFailed',
        'CheckFailed',
      ].toSorted(),
    );
  });
});
