/** Alarms as CloudWatch judges them. Source: "Using Amazon CloudWatch alarms" in the CloudWatch user guide. */

export interface Datapoint {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly value: number;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** Properties of AWS::CloudWatch::Alarm; references are resolved. */
export interface Alarm extends Partial<Metric> {
  readonly Statistic?: Statistic;
  readonly Period?: number;
  readonly Metrics?: readonly Query[];
  readonly EvaluationPeriods: number;
  readonly DatapointsToAlarm?: number;
  readonly Threshold: number;
  readonly ComparisonOperator: keyof typeof comparisons;
  readonly TreatMissingData: 'breaching' | 'notBreaching' | 'ignore';
}

interface Metric {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
}

interface Query {
  readonly Expression?: string;
  readonly MetricStat?: { readonly Metric: Metric; readonly Period: number; readonly Stat: Statistic };
}

type Statistic = 'Sum' | 'Maximum' | 'Minimum';

export type State = 'INSUFFICIENT_DATA' | 'OK' | 'ALARM';

const comparisons = {
  GreaterThanOrEqualToThreshold: (value: number, threshold: number) => value >= threshold,
  GreaterThanThreshold: (value: number, threshold: number) => value > threshold,
  LessThanThreshold: (value: number, threshold: number) => value < threshold,
} as const;

const statistics: Readonly<Record<Statistic, (values: readonly number[]) => number>> = {
  Sum: (values) => values.reduce((sum, value) => sum + value, 0),
  Maximum: (values) => Math.max(...values),
  Minimum: (values) => Math.min(...values),
};

/** The state of an alarm at an instant, which was in another one before. */
export function judge(alarm: Alarm, points: readonly Datapoint[], at: number, before: State): State {
  const { EvaluationPeriods, DatapointsToAlarm = EvaluationPeriods, TreatMissingData } = alarm;
  const values = Array.from({ length: EvaluationPeriods }, (_, back) => valueIn(alarm, points, at, back));
  const known = values.filter((value) => value !== undefined);
  const missing = values.length - known.length;
  if (known.length === 0 && TreatMissingData === 'ignore') return before;
  const breaches = (value: number) => comparisons[alarm.ComparisonOperator](value, alarm.Threshold);
  const breaching = known.filter(breaches).length + (TreatMissingData === 'breaching' ? missing : 0);
  if (breaching >= DatapointsToAlarm) return 'ALARM';
  // With too few datapoints of either sort the state stays.
  return TreatMissingData === 'ignore' && breaching > 0 && breaching === known.length ? before : 'OK';
}

/** What an alarm looks at in the period that ended so many periods ago. */
function valueIn(alarm: Alarm, points: readonly Datapoint[], at: number, back: number): number | undefined {
  const { Metrics, Period = 0, Statistic = 'Sum' } = alarm;
  if (!Metrics) return statisticOf(points, { metric: alarm as Metric, Period, Statistic, at, back });
  // The one expression that alarms here have: the sum of all, with nothing for zero.
  const stats = Metrics.flatMap(({ MetricStat }) => MetricStat ?? []);
  const known = stats.map(({ Metric: metric, Period: period, Stat }) =>
    statisticOf(points, { metric, Period: period, Statistic: Stat, at, back }),
  );
  return known.reduce<number>((sum, value) => sum + (value ?? 0), 0);
}

interface Window {
  readonly metric: Metric;
  readonly Period: number;
  readonly Statistic: Statistic;
  readonly at: number;
  readonly back: number;
}

function statisticOf(points: readonly Datapoint[], window: Window): number | undefined {
  const { metric, Period, Statistic, at, back } = window;
  const end = at - back * Period * 1000;
  const dimensions = Object.fromEntries(metric.Dimensions.map(({ Name, Value }) => [Name, Value]));
  const values = points
    .filter(
      (point) =>
        point.namespace === metric.Namespace &&
        point.name === metric.MetricName &&
        isSame(point.dimensions, dimensions) &&
        point.at > end - Period * 1000 &&
        point.at <= end,
    )
    .map(({ value }) => value);
  return values.length === 0 ? undefined : statistics[Statistic](values);
}

function isSame(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

/** Datapoints that a line of the embedded metric format makes. */
export function datapointsOf(line: string): Datapoint[] {
  const document = JSON.parse(line) as {
    readonly _aws: {
      readonly Timestamp: number;
      readonly CloudWatchMetrics: readonly {
        readonly Namespace: string;
        readonly Dimensions: readonly (readonly string[])[];
        readonly Metrics: readonly { readonly Name: string }[];
      }[];
    };
  } & Readonly<Record<string, unknown>>;
  const { _aws, ...fields } = document;
  return _aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
    Dimensions.flatMap((names) =>
      Metrics.map(({ Name }) => ({
        namespace: Namespace,
        name: Name,
        dimensions: Object.fromEntries(names.map((name) => [name, String(fields[name])])),
        value: Number(fields[Name]),
        at: _aws.Timestamp,
      })),
    ),
  );
}
