import { Ajv } from 'ajv';
import { afterEach, describe, expect, it } from 'vitest';
import { DAY_MS } from '../../src/domain/day.ts';
import { resultOf, startPull } from '../fixtures/pull-process.ts';
import { openTrial, type Trial } from '../fixtures/trial.ts';

let trial: Trial;
afterEach(() => trial.close());

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

async function metricsOf(...flags: readonly string[]): Promise<Metric[]> {
  const all = ['--metrics', 'emf', ...flags];
  const { stderr } = await startPull(trial, { flags: all }).finished;
  const lines = stderr
    .trimEnd()
    .split('\n')
    .filter((line) => line.startsWith('{"_aws"'));
  return lines.map((line) => JSON.parse(line) as Metric);
}

describe('--metrics emf', () => {
  it('writes one line of the run and one of each slice, as CloudWatch reads them', async () => {
    trial = await openTrial();
    const metrics = await metricsOf('--region', 'eu-west-1,us-east-1');
    expect(metrics).toHaveLength(3);
    for (const metric of metrics) {
      expect(validate(metric), JSON.stringify(validate.errors)).toBe(true);
      const directive = directiveOf(metric);
      for (const name of directive?.Dimensions.flat() ?? []) expect(metric[name]).toEqual(expect.any(String));
      for (const { Name } of directive?.Metrics ?? []) expect(metric[Name]).toEqual(expect.any(Number));
    }
    const [run, slice] = metrics;
    expect(run).toMatchObject({ Runs: 1, FailedRuns: 0, Slices: 2, FailedSlices: 0 });
    expect(run && directiveOf(run)?.Dimensions).toEqual([[]]);
    expect(slice && directiveOf(slice)?.Dimensions).toEqual([['Kind', 'Region']]);
    expect(slice).toMatchObject({
      Kind: 'copy',
      Region: 'eu-west-1',
      Pulls: 1,
      FailedPulls: 0,
      PartitionsWritten: 1,
      NewestDayAge: 1,
      DaysSinceLastGoodPull: 0,
      TotalsMismatched: 0,
      GapDays: 0,
    });
    expect(slice?.['Rows']).toBeGreaterThan(100);
  });

  it('says of a failed slice how long it has been without a good pull, and claims nothing it does not know', async () => {
    trial = await openTrial();
    await metricsOf();
    trial.simulator.clock.advance(2 * DAY_MS);
    trial.simulator.setFaults([{ fault: 'access-denied' }]);
    const [run, slice] = await metricsOf();
    expect(run).toMatchObject({ FailedRuns: 1, FailedSlices: 1 });
    expect(slice).toMatchObject({ FailedPulls: 1, Outcome: 'failed' });
    expect(slice?.['DaysSinceLastGoodPull']).toBeCloseTo(2, 2);
    for (const unknown of ['NewestDayAge', 'TotalsMismatched']) expect(slice).not.toHaveProperty([unknown]);
  });

  it('counts the days a gap lost', async () => {
    trial = await openTrial();
    await metricsOf();
    trial.simulator.clock.advance(17 * DAY_MS);
    const [, slice] = await metricsOf();
    expect(slice).toMatchObject({ GapDays: 3, Outcome: 'ok' });
  });

  it('is silent by default, for a dry run, and on stdout always', async () => {
    trial = await openTrial();
    expect(await metricsOf('--dry-run')).toEqual([]);
    const finished = await startPull(trial, { flags: ['--metrics', 'none'] }).finished;
    expect(finished.stderr).not.toContain('_aws');
    expect(resultOf(finished).outcome).toBe('ok');
  });
});
