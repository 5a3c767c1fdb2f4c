import { describe, expect, it } from 'vitest';
import { factsOf, type FilterName, kindNames } from '../../schemas/kinds.ts';
import type { SummaryItem } from '../../src/simulator/index.ts';
import { askCopy, canonical, clientOf, daysOf, readAll, REGION, sum, withSimulator } from './asking.ts';

const cases = kindNames.flatMap((kind) => factsOf(kind).filters.map((filter) => [kind, filter] as const));
const daily = (kind: string) => ({ AggregationPeriod: kind === 'scan' ? 'FOURTEEN_DAYS' : 'ONE_DAY' });
const values = (rows: readonly SummaryItem[], filter: FilterName) => [
  ...new Set(rows.map((row) => row[filter]!)),
];

describe('a filter', () => {
  it.each(cases)('narrows %s to one %s', async (kind, filter) => {
    await withSimulator({}, async (simulator) => {
      const all = simulator.truth({ kind, region: REGION });
      for (const value of values(all, filter).slice(0, 4)) {
        const rows = await readAll(simulator, kind, { ...daily(kind), [filter]: value });
        expect(canonical(rows)).toEqual(canonical(all.filter((row) => row[filter] === value)));
      }
    });
  });

  it.each(cases)('of AGGREGATE_ALL sums up %s over %s', async (kind, filter) => {
    await withSimulator({}, async (simulator) => {
      const all = simulator.truth({ kind, region: REGION });
      const summed = await readAll(simulator, kind, { ...daily(kind), [filter]: 'AGGREGATE_ALL' });
      expect(sum(summed)).toBe(sum(all));
      expect(new Set(summed.map((row) => row[filter]))).toEqual(new Set(['AGGREGATE_ALL']));
      const collapsed = new Set(canonical(all.map((row) => ({ ...row, [filter]: 0, Count: 0 }))));
      expect(summed.length).toBe(collapsed.size);
    });
  });

  it('is ANY when left out', async () => {
    await withSimulator({}, async (simulator) => {
      const left = await askCopy(simulator, {
        AccountId: undefined,
        State: undefined,
        ResourceType: undefined,
        MessageCategory: undefined,
        AggregationPeriod: undefined,
      });
      expect(left.CopyJobSummaries).toEqual((await askCopy(simulator)).CopyJobSummaries);
    });
  });

  it.each([{ State: 'SLEEPING' }, { AccountId: 'me' }, { AggregationPeriod: 'HOURLY' }])(
    'refuses %o',
    async (input) => {
      await withSimulator({}, async (simulator) => {
        await expect(askCopy(simulator, input as object)).rejects.toMatchObject({
          name: 'InvalidParameterValueException',
        });
      });
    },
  );

  it('finds nothing for a value no job has', async () => {
    await withSimulator({}, async (simulator) => {
      expect((await askCopy(simulator, { ResourceType: 'Abacus' })).CopyJobSummaries).toEqual([]);
    });
  });
});

describe('a period', () => {
  it('of one day gives a row a day for fourteen days, ending yesterday', async () => {
    await withSimulator({}, async (simulator) => {
      const days = daysOf(simulator.truth({ kind: 'copy', region: REGION }));
      expect([days.length, days[0], days.at(-1)]).toEqual([14, '2026-11-09', '2026-11-22']);
    });
  });

  it.each(['copy', 'backup', 'restore'] as const)('of several days gives one window for %s', async (kind) => {
    await withSimulator({}, async (simulator) => {
      const all = simulator.truth({ kind, region: REGION });
      const fourteen = simulator.truth({ kind, region: REGION, period: 'FOURTEEN_DAYS' });
      const seven = simulator.truth({ kind, region: REGION, period: 'SEVEN_DAYS' });
      expect(sum(fourteen)).toBe(sum(all));
      expect(daysOf(fourteen)).toEqual(['2026-11-09']);
      expect(daysOf(seven)).toEqual(['2026-11-16']);
      expect(sum(seven)).toBe(sum(all.filter((row) => row.StartTime >= Date.UTC(2026, 10, 16) / 1000)));
      const { StartTime, EndTime } = seven[0]!;
      expect(EndTime - StartTime).toBe(7 * 86_400);
    });
  });

  it.each([
    ['ONE_DAY', 1],
    ['SEVEN_DAYS', 7],
    ['FOURTEEN_DAYS', 14],
  ] as const)('of %s gives scan %i daily rows', async (period, days) => {
    await withSimulator({}, async (simulator) => {
      const rows = await readAll(simulator, 'scan', { AggregationPeriod: period });
      expect(new Set(rows.map(({ StartTime }) => (StartTime as Date).getTime())).size).toBe(days);
      for (const { StartTime, EndTime } of rows as { StartTime: Date; EndTime: Date }[]) {
        expect(EndTime.getTime() - StartTime.getTime()).toBe(86_400_000);
      }
    });
  });
});

describe('a region', () => {
  it('answers from the signature, each with jobs of its own', async () => {
    await withSimulator({}, async (simulator) => {
      const { ListCopyJobSummariesCommand } = await import('@aws-sdk/client-backup');
      const answers = await Promise.all(
        ['eu-west-1', 'us-gov-west-1'].map((region) =>
          clientOf(simulator, region).send(new ListCopyJobSummariesCommand({})),
        ),
      );
      expect(answers.map((answer) => answer.CopyJobSummaries![0]!.Region)).toEqual([
        'eu-west-1',
        'us-gov-west-1',
      ]);
      expect(sum(answers[0]!.CopyJobSummaries!)).not.toBe(sum(answers[1]!.CopyJobSummaries!));
    });
  });

  it('must be named by a signature', async () => {
    await withSimulator({}, async (simulator) => {
      const response = await fetch(`${simulator.url}/audit/copy-job-summaries`);
      expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([
        403,
        'MissingAuthenticationTokenException',
      ]);
    });
  });
});
