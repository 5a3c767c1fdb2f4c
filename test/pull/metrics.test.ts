import { Ajv } from 'ajv';
import { beforeEach, describe, expect, it } from 'vitest';
import type { PullResult } from '../../schemas/pull-result.ts';
import { addDays, DAY_MS, utcDay } from '../../src/domain/day.ts';
import { RequestError } from '../../src/errors.ts';
import { metricLines } from '../../src/pull/metrics.ts';
import { aSource, aSummary, type PullFields, pullOnce } from '../fixtures/builders.ts';
import { MemoryStore } from '../fixtures/memory-store.ts';
import { resultOf, startPull } from '../fixtures/pull-process.ts';
import { openTrial } from '../fixtures/trial.ts';

/** Source: "Specification: Embedded metric format" in the CloudWatch user guide, its JSON schema. */
const emfSchema = {
  type: 'object',
  required: ['_aws'],
  properties: {
    _aws: {
      type: 'object',
      required: ['Timestamp', 'CloudWatchMetrics'],
      properties: {
        Timestamp: { type: 'integer' },
        CloudWatchMetrics: {
          type: 'array',
          items: {
            type: 'object',
            required: ['Namespace', 'Dimensions', 'Metrics'],
            properties: {
              Namespace: { type: 'string', minLength: 1, maxLength: 1024 },
              Dimensions: {
                type: 'array',
                minItems: 1,
                items: { type: 'array', maxItems: 30, items: { type: 'string' } },
              },
              Metrics: {
                type: 'array',
                maxItems: 100,
                items: {
                  type: 'object',
                  required: ['Name'],
                  properties: { Name: { type: 'string' }, Unit: { enum: ['Count', 'Milliseconds', 'None'] } },
                  additionalProperties: false,
                },
              },
            },
          },
        },
      },
    },
  },
};
const validate = new Ajv().compile(emfSchema);

type Metric = Readonly<Record<string, unknown>> & {
  readonly _aws: {
    readonly CloudWatchMetrics: readonly {
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string }[];
    }[];
  };
};

/** What CloudWatch is told to make of a line. */
function directiveOf({ _aws: { CloudWatchMetrics } }: Metric) {
  return CloudWatchMetrics[0];
}

function metricsIn(lines: readonly string[]): Metric[] {
  return lines.map((line) => JSON.parse(line) as Metric);
}

function expectEmf(metrics: readonly Metric[]): void {
  for (const metric of metrics) {
    expect(validate(metric), JSON.stringify(validate.errors)).toBe(true);
    const directive = directiveOf(metric);
    for (const name of directive?.Dimensions.flat() ?? []) expect(metric[name]).toEqual(expect.any(String));
    for (const { Name } of directive?.Metrics ?? []) expect(metric[Name]).toEqual(expect.any(Number));
  }
}

describe('the metrics of a pull', () => {
  let store: MemoryStore;
  let now: number;
  beforeEach(() => {
    store = new MemoryStore();
    now = Date.UTC(2026, 10, 23, 3, 30);
  });

  /** Pulls what AWS shows after so many days: a job yesterday. */
  async function metricsAfter(days: number, fields: PullFields = {}): Promise<Metric[]> {
    now += days * DAY_MS;
    const yesterday = aSummary({ day: addDays(utcDay(now), -1) });
    return metricsIn(metricLines(await pullOnce([yesterday], { store, now, ...fields })));
  }

  it('are one line of the run, of each kind and of each slice, as CloudWatch reads them', async () => {
    const metrics = await metricsAfter(0);
    expect(metrics).toHaveLength(3);
    expectEmf(metrics);
    const [run, kind, slice] = metrics;
    expect(kind).toMatchObject({ Kind: 'copy', NewestDayAge: 1, Accounts: 1 });
    expect(kind && directiveOf(kind)?.Dimensions).toEqual([['Kind']]);
    expect(run).toMatchObject({ Runs: 1, FailedRuns: 0, Slices: 1, FailedSlices: 0, NewestDayAge: 1 });
    expect(run && directiveOf(run)?.Dimensions).toEqual([[]]);
    expect(slice && directiveOf(slice)?.Dimensions).toEqual([['Kind', 'Region']]);
    expect(slice).toMatchObject({
      Kind: 'copy',
      Region: 'eu-west-1',
      Pulls: 1,
      FailedPulls: 0,
      Rows: 1,
      PartitionsWritten: 1,
      NewestDayAge: 1,
      DaysSinceLastGoodPull: 0,
      GapDays: 0,
    });
  });

  it('say of a failed slice how long it has been without a good pull, and claim nothing that is not known', async () => {
    await metricsAfter(0);
    const denied = {
      ...aSource([]),
      fetchPage: () => Promise.reject(new RequestError('fix-config', 'denied')),
    };
    const metrics = await metricsAfter(2, { source: denied });
    expectEmf(metrics);
    const [run, slice] = metrics;
    expect(run).toMatchObject({ FailedRuns: 1, FailedSlices: 1 });
    expect(slice).toMatchObject({ FailedPulls: 1, Outcome: 'failed' });
    expect(slice?.['DaysSinceLastGoodPull']).toBeCloseTo(2, 2);
    for (const unknown of ['NewestDayAge', 'TotalsMismatched']) expect(slice).not.toHaveProperty([unknown]);
  });

  it('count the days a gap lost', async () => {
    await metricsAfter(0);
    const [run, , slice] = await metricsAfter(17);
    expect(run).toMatchObject({ GapDays: 3 });
    expect(slice).toMatchObject({ GapDays: 3, Outcome: 'ok' });
  });
});

describe('--metrics emf', () => {
  async function pull(...flags: readonly string[]): Promise<{ result: PullResult; metrics: Metric[] }> {
    const trial = await openTrial();
    const finished = await startPull(trial, { flags }).finished;
    await trial.close();
    const lines = finished.stderr.split('\n').filter((line) => line.includes('_aws'));
    return { result: resultOf(finished), metrics: metricsIn(lines) };
  }

  it('writes them to stderr, a line each; stdout has the result alone', async () => {
    const { result, metrics } = await pull('--metrics', 'emf', '--region', 'eu-west-1,us-east-1');
    expect(result.outcome).toBe('ok');
    expect(metrics).toHaveLength(4);
    expectEmf(metrics);
    expect(metrics[0]).toMatchObject({ Runs: 1, FailedRuns: 0, Slices: 2, FailedSlices: 0 });
    expect(metrics[2]).toMatchObject({ Region: 'eu-west-1', TotalsMismatched: 0 });
    expect(metrics[2]?.['Rows']).toBeGreaterThan(100);
  });

  it('writes none of a dry run, which has not pulled', async () => {
    const { result, metrics } = await pull('--metrics', 'emf', '--dry-run');
    expect(result.outcome).toBe('ok');
    expect(metrics).toEqual([]);
  });

  it('is off unless it is asked for', async () => {
    expect((await pull()).metrics).toEqual([]);
  });
});
