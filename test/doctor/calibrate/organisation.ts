import type { Answer, Question } from '../../../schemas/calibration.ts';
import type { SummaryRow } from '../../../schemas/columns.ts';
import { DAY_MS } from '../../../src/domain/day.ts';
import { randomFrom, seedOf } from '../../../src/simulator/world/random.ts';
import { nullRow } from '../../fixtures/builders.ts';

/**
 * Jobs drawn one by one, and counted as a child would count them: nothing of it is the simulator's or the doctor's, so that both
 * can be wrong.
 */

/** The time of a daily run. */
export const NOW = Date.UTC(2026, 10, 23, 3, 30);
const HOUR = DAY_MS / 24;

export interface Job {
  readonly id: string;
  readonly account: string;
  readonly type: string;
  /** How it ends, and the category it has then. */
  readonly ending: readonly [state: string, category: string];
  readonly created: number;
  readonly ended: number;
  readonly isParent: boolean;
  readonly parentId: string | null;
}

/** How a world counts. */
export interface Ways {
  readonly countOn: 'creation' | 'completion' | 'last-change';
  readonly level: Answer<'level'>;
  /** Days of the region's own zone may be said by the times of summaries, or not. */
  readonly days: 'utc' | 'region' | 'region-unsaid';
  readonly region: 'ap-south-1' | 'us-east-1' | 'ap-southeast-2';
}

/** Hours that clocks are ahead of UTC in November 2026. */
const ahead = { 'ap-south-1': 5.5, 'us-east-1': -5, 'ap-southeast-2': 11 } as const;

/** What is right for a world. Finished jobs change last when they end. */
export function truthOf(ways: Ways): Readonly<Record<Question, Answer>> {
  return {
    date: ways.countOn === 'creation' ? 'creation' : 'completion',
    level: ways.level,
    zone: ways.days === 'utc' ? 'utc' : 'region',
  };
}

export const everyWay: readonly Ways[] = (['creation', 'completion', 'last-change'] as const).flatMap(
  (countOn) =>
    (['all', 'top-level', 'leaves'] as const).flatMap((level) =>
      (['utc', 'region', 'region-unsaid'] as const).flatMap((days) =>
        (['ap-south-1', 'us-east-1', 'ap-southeast-2'] as const).map((region) => ({
          countOn,
          level,
          days,
          region,
        })),
      ),
    ),
);

const endings = [
  ...Array.from({ length: 12 }, () => ['COMPLETED', 'SUCCESS'] as const),
  ['COMPLETED', 'INVALIDPARAMETERS'],
  ['FAILED', 'AccessDenied'],
  ['ABORTED', 'JobAborted'],
] as const;

/** The jobs of five weeks, so many a day; one in eight has children, which are among them. */
export function drawJobs(seed: string, perDay: number): Job[] {
  const random = randomFrom(seedOf(seed, perDay));
  const pick = <T>(values: readonly T[]) => values[Math.floor(random() * values.length)]!;
  const jobs: Job[] = [];
  const total = 36 * perDay;
  while (jobs.length < total) {
    const night = Math.floor(random() * 36) * DAY_MS + 21 * HOUR + random() * 6 * HOUR;
    const created = NOW - 36 * DAY_MS + (random() < 0.5 ? night : random() * 36 * DAY_MS);
    const own = {
      account: pick(['111111111111', '222222222222', '333333333333']),
      type: pick(['EBS', 'EC2', 'RDS', 'S3']),
      ending: pick(endings),
      created: Math.round(created),
      ended: Math.round(created + drawLength(random)),
    };
    const children = random() < 1 / 8 ? 1 + Math.floor(random() * 3) : 0;
    const id = `job-${jobs.length}`;
    jobs.push({ ...own, id, isParent: children > 0, parentId: null });
    for (let child = 0; child < children; child++) {
      const begun = Math.round(own.created + random() * 60_000);
      const ended = Math.round(begun + random() * Math.max(1, own.ended - begun));
      jobs.push({
        ...own,
        id: `${id}-${child}`,
        type: pick(['EBS', 'EC2', 'RDS', 'S3']),
        created: begun,
        ended,
        isParent: false,
        parentId: id,
      });
    }
  }
  return jobs;
}

/** Most jobs take minutes, some hours, a few days. */
function drawLength(random: () => number): number {
  const luck = random();
  if (luck < 0.02) return DAY_MS * (1 + 2 * random());
  if (luck < 0.15) return HOUR * (2 + 12 * random());
  return HOUR * 1.5 * random();
}

/** The rows AWS answers in that world, at an instant. */
export function summariesOf(jobs: readonly Job[], ways: Ways, at: number): SummaryRow[] {
  const shift = ways.days === 'utc' ? 0 : ahead[ways.region] * HOUR;
  const today = Math.floor((at + shift) / DAY_MS);
  const rows = new Map<string, SummaryRow>();
  for (const job of jobs) {
    if (job.created > at) continue;
    if (ways.level === 'top-level' && job.parentId !== null) continue;
    if (ways.level === 'leaves' && job.isParent) continue;
    const isOver = job.ended <= at;
    const day = Math.floor(
      ((ways.countOn !== 'creation' && isOver ? job.ended : job.created) + shift) / DAY_MS,
    );
    if (day < today - 14 || day >= today) continue;
    const [state, category] = isOver ? job.ending : (['RUNNING', 'SUCCESS'] as const);
    const key = [day, job.account, job.type, state, category].join();
    const start_time = day * DAY_MS - (ways.days === 'region' ? shift : 0);
    rows.set(key, {
      ...nullRow,
      region: ways.region,
      account_id: job.account,
      resource_type: job.type,
      state,
      message_category: category,
      job_count: (rows.get(key)?.job_count ?? 0) + 1,
      start_time,
      end_time: start_time + DAY_MS,
      observed_at: at,
    });
  }
  return [...rows.values()];
}

/** The jobs as a list of copy jobs has them, at an instant. */
export function listOf(jobs: readonly Job[], at: number): Readonly<Record<string, unknown>>[] {
  return jobs
    .filter(({ created }) => created < at && created >= at - 30 * DAY_MS)
    .map((job) => {
      const isOver = job.ended <= at;
      return {
        CopyJobId: job.id,
        AccountId: job.account,
        ResourceType: job.type,
        State: isOver ? job.ending[0] : 'RUNNING',
        MessageCategory: isOver ? job.ending[1] : 'SUCCESS',
        CreationDate: job.created / 1000,
        CompletionDate: isOver ? job.ended / 1000 : null,
        IsParent: job.isParent,
        ParentJobId: job.parentId,
        ResourceArn: `arn:aws:ec2:${job.account}:volume/secret`,
        ResourceName: 'secret',
      };
    });
}
