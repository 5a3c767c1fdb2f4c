import { describe, expect, it } from 'vitest';
import { factsOf, type Kind, kindNames } from '../../schemas/kinds.ts';
import type { Simulator, SummaryItem, World } from '../../src/simulator/index.ts';
import { DAY, daysOf, fetchText, readJobs, REGION, sum, withSimulator } from './asking.ts';

const NOW = Date.UTC(2026, 10, 23, 3);
const HOUR = DAY / 24;
const SMALL = { summaries: 100, composites: 0.3 };

type Job = Readonly<Record<string, unknown>>;

const created = (job: Job) => (job['CreationDate'] as Date).getTime();
const completed = (job: Job) => (job['CompletionDate'] as Date | undefined)?.getTime();
const idOf = (kind: Kind) => (job: Job) => String(job[factsOf(kind).jobList.id]);

/** The dimensions of a job, as its summary has them. */
function traitsOf(kind: Kind, job: Job): Partial<SummaryItem> {
  const { ScanResultStatus } = (job['ScanResult'] ?? {}) as { readonly ScanResultStatus?: string };
  return {
    AccountId: String(job['AccountId']),
    ResourceType: String(job['ResourceType']),
    State: String(job['State'] ?? job['Status']),
    ...('MessageCategory' in job && { MessageCategory: String(job['MessageCategory']) }),
    ...(kind === 'scan' && { MalwareScanner: String(job['MalwareScanner']), ScanResultStatus }),
  };
}

const keyOf = (fields: object) =>
  JSON.stringify(Object.entries(fields).toSorted(([a], [b]) => (a < b ? -1 : 1)));

/** Jobs counted by hand: by the date the world counts on, in the zone of a fixed offset. */
function countJobs(kind: Kind, jobs: readonly Job[], world: Partial<World>, offset = 0): Map<string, number> {
  const counts = new Map<string, number>();
  for (const job of jobs) {
    if (world.countJobs === 'top-level' && job['ParentJobId'] !== undefined) continue;
    if (world.countJobs === 'leaves' && job['IsParent'] === true) continue;
    const instant = world.countOn === 'completion' ? (completed(job) ?? created(job)) : created(job);
    const day = new Date(instant + offset).toISOString().slice(0, 10);
    if (day < '2026-11-09' || day > '2026-11-22') continue;
    const key = `${day} ${keyOf(traitsOf(kind, job))}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

function countRows(rows: readonly SummaryItem[]): Map<string, number> {
  return new Map(
    rows.map(({ Region: _region, Count, StartTime, EndTime: _end, ...traits }) => {
      const day = new Date(StartTime * 1000 + 12 * HOUR).toISOString().slice(0, 10);
      return [`${day} ${keyOf(traits)}`, Count];
    }),
  );
}

const inOrder = (counts: ReadonlyMap<string, number>) => [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1));

describe('the list of jobs', () => {
  it.each(kindNames)('of %s jobs adds up to the summaries, in every way of counting', async (kind) => {
    const worlds: readonly Partial<World>[] = [
      {},
      { countOn: 'completion' },
      { countJobs: 'top-level' },
      { countJobs: 'leaves', countOn: 'completion' },
      { dayZone: 'region' },
      { dayZone: 'region-unsaid', countOn: 'completion' },
    ];
    await withSimulator(SMALL, async (simulator) => {
      const region = 'ap-south-1';
      const jobs = await readJobs(simulator, kind, {}, region);
      expect(jobs.length).toBeGreaterThan(500);
      for (const world of worlds) {
        simulator.world.set({ countOn: 'creation', countJobs: 'all', dayZone: 'utc', ...world });
        const rows = simulator.truth({ kind, region });
        const offset = (world.dayZone ?? 'utc') === 'utc' ? 0 : 5.5 * HOUR;
        expect(inOrder(countJobs(kind, jobs, world, offset)), JSON.stringify(world)).toEqual(
          inOrder(countRows(rows)),
        );
      }
    });
  });

  it.each(kindNames)('of %s jobs names each job once, whatever the size of a page', async (kind) => {
    await withSimulator({ summaries: 30 }, async (simulator) => {
      const ids = (await readJobs(simulator, kind)).map(idOf(kind));
      expect(new Set(ids).size).toBe(ids.length);
      expect((await readJobs(simulator, kind, { MaxResults: 7 })).map(idOf(kind))).toEqual(ids);
    });
  });

  it('has parents and children where there are composites', async () => {
    await withSimulator(SMALL, async (simulator) => {
      const jobs = await readJobs(simulator, 'copy');
      const parents = new Map(jobs.filter((job) => job['IsParent']).map((job) => [idOf('copy')(job), job]));
      const children = jobs.filter((job) => job['ParentJobId'] !== undefined);
      expect(children.length).toBeGreaterThan(50);
      for (const child of children) {
        const parent = parents.get(String(child['ParentJobId']))!;
        expect(created(child)).toBeGreaterThan(created(parent));
        expect(completed(child) ?? 0).toBeLessThanOrEqual((completed(parent) ?? Infinity) + 1000);
      }
      const [id] = parents.keys();
      const own = await readJobs(simulator, 'copy', { ByParentJobId: id });
      expect(own.map(idOf('copy'))).toEqual(
        children.filter((job) => job['ParentJobId'] === id).map(idOf('copy')),
      );
    });
  });

  it('has jobs of the last thirty days, by when they were created or completed', async () => {
    await withSimulator({ summaries: 150 }, async (simulator) => {
      const oldest = NOW - 30 * DAY;
      const byCreation = await readJobs(simulator, 'copy');
      expect(Math.min(...byCreation.map(created))).toBeGreaterThanOrEqual(oldest);
      simulator.world.set({ listBy: 'completion' });
      const byCompletion = await readJobs(simulator, 'copy');
      expect(Math.min(...byCompletion.map(created))).toBeLessThan(oldest);
      expect(Math.min(...byCompletion.map((job) => completed(job) ?? NOW))).toBeGreaterThanOrEqual(oldest);
    });
  });

  it('may lack some jobs, the same ones each time', async () => {
    await withSimulator(SMALL, async (simulator) => {
      const whole = await readJobs(simulator, 'copy');
      simulator.world.set({ listShare: 0.9 });
      const lacking = await readJobs(simulator, 'copy');
      expect(lacking.length / whole.length).toBeCloseTo(0.9, 1);
      expect(await readJobs(simulator, 'copy')).toEqual(lacking);
    });
  });

  it('may be younger than the summaries', async () => {
    const world = { summariesAge: 2 * HOUR, showToday: true } as const;
    await withSimulator({ summaries: 150, world }, async (simulator) => {
      simulator.clock.advance(12 * HOUR);
      const jobs = await readJobs(simulator, 'copy', { ByCreatedAfter: new Date(Date.UTC(2026, 10, 23)) });
      const older = jobs.filter((job) => created(job) < NOW + 10 * HOUR);
      expect(older.length).toBeLessThan(jobs.length);
      const rows = simulator.truth({ kind: 'copy', region: REGION });
      expect(sum(rows.filter((row) => daysOf([row])[0] === '2026-11-23'))).toBe(older.length);
    });
  });
});

describe('a filter of a list', () => {
  async function readWith(kind: Kind, filter: Readonly<Record<string, unknown>>): Promise<readonly Job[]> {
    let jobs: readonly Job[] = [];
    await withSimulator({ summaries: 150 }, async (simulator) => {
      const all = await readJobs(simulator, kind);
      jobs = await readJobs(simulator, kind, filter);
      expect(jobs.length).toBeLessThan(all.length);
      expect(jobs.length).toBeGreaterThan(0);
    });
    return jobs;
  }

  const instant = new Date(NOW - 5 * DAY + 123);

  it.each<readonly [Kind, Readonly<Record<string, unknown>>, (job: Job) => boolean]>([
    ['copy', { ByCreatedBefore: instant }, (job) => created(job) < instant.getTime()],
    ['copy', { ByCreatedAfter: instant }, (job) => created(job) > instant.getTime()],
    ['copy', { ByCompleteBefore: instant }, (job) => completed(job)! < instant.getTime()],
    ['scan', { ByCompleteAfter: instant }, (job) => completed(job)! > instant.getTime()],
    ['backup', { ByState: 'FAILED' }, (job) => job['State'] === 'FAILED'],
    ['restore', { ByStatus: 'FAILED' }, (job) => job['Status'] === 'FAILED'],
    ['scan', { ByState: 'FAILED' }, (job) => job['State'] === 'FAILED'],
    [
      'scan',
      { ByScanResultStatus: 'UNKNOWN' },
      (job) => traitsOf('scan', job).ScanResultStatus === 'UNKNOWN',
    ],
    ['copy', { ByResourceType: 'VirtualMachine' }, (job) => job['ResourceType'] === 'VirtualMachine'],
    ['copy', { ByMessageCategory: 'AccessDenied' }, (job) => job['MessageCategory'] === 'AccessDenied'],
  ])('of %s jobs narrows it: %o', async (kind, filter, isRight) => {
    expect((await readWith(kind, filter)).every(isRight)).toBe(true);
  });

  it('names one account, or all, or else means the own', async () => {
    await withSimulator(SMALL, async (simulator) => {
      const accountsIn = async (input: Readonly<Record<string, unknown>>) => [
        ...new Set((await readJobs(simulator, 'copy', input)).map((job) => String(job['AccountId']))),
      ];
      const [first, second] = simulator.accounts;
      expect((await accountsIn({})).toSorted()).toEqual(simulator.accounts.toSorted());
      expect(await accountsIn({ ByAccountId: second })).toEqual([second]);
      expect(await accountsIn({ ByAccountId: undefined })).toEqual([first]);
    });
  });

  it.each([
    [{ accountId: 'me' }],
    [{ maxResults: '0' }],
    [{ maxResults: '1001' }],
    [{ createdBefore: 'noon' }],
    [{ nextToken: 'forged' }],
  ])('is refused where it makes no sense: %o', async (query) => {
    await withSimulator(SMALL, async (simulator) => {
      const response = await fetchText(simulator, query, { path: '/copy-jobs/' });
      expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([
        400,
        'InvalidParameterValueException',
      ]);
    });
  });
});

describe('without cross-account monitoring', () => {
  const off = { ...SMALL, world: { monitoring: false } };

  it('all accounts are refused, and the own one is listed', async () => {
    await withSimulator(off, async (simulator) => {
      await expect(readJobs(simulator, 'copy')).rejects.toMatchObject({ name: 'AccessDeniedException' });
      expect(await readJobs(simulator, 'copy', { ByAccountId: simulator.accounts[0] })).not.toEqual([]);
    });
  });

  it('summaries silently show the own account only', async () => {
    await withSimulator(off, async (simulator) => {
      const rows = simulator.truth({ kind: 'copy', region: REGION });
      expect(new Set(rows.map(({ AccountId }) => AccountId))).toEqual(new Set([simulator.accounts[0]]));
    });
  });
});

describe('the text of a page', () => {
  async function pageOf(simulator: Simulator, query: Readonly<Record<string, string>>): Promise<string> {
    return (await fetchText(simulator, { accountId: '*', ...query }, { path: '/backup-jobs/' })).text();
  }

  it('has times with an exponent, and null for what is absent', async () => {
    await withSimulator(SMALL, async (simulator) => {
      const unfinished = await pageOf(simulator, { state: 'RUNNING' });
      expect(unfinished).toMatch(/"CreationDate":1\.7\d+E9,"CompletionDate":null/);
      expect(unfinished).toContain('"ParentJobId":null');
      expect(unfinished).toContain('"NextToken":null');
      expect(await pageOf(simulator, { maxResults: '1' })).toMatch(/"NextToken":"[^"]+"/);
    });
  });

  it('has a token that is good for its own request only', async () => {
    await withSimulator(SMALL, async (simulator) => {
      const [, nextToken = ''] =
        /"NextToken":"([^"]+)"/.exec(await pageOf(simulator, { maxResults: '1' })) ?? [];
      expect(await pageOf(simulator, { nextToken, maxResults: '5' })).toContain('BackupJobId');
      expect(await pageOf(simulator, { nextToken, state: 'FAILED' })).toContain('Invalid NextToken');
    });
  });
});

describe('a fault', () => {
  it('happens to lists if it is about them, or breaks any request', async () => {
    await withSimulator(SMALL, async (simulator) => {
      const isStruck = () =>
        readJobs(simulator, 'copy').then(
          () => false,
          () => true,
        );
      simulator.setFaults([{ fault: 'access-denied', of: 'both' }]);
      expect(await isStruck()).toBe(false);
      simulator.setFaults([{ fault: 'access-denied', of: 'jobs' }]);
      expect(await isStruck()).toBe(true);
      expect((await fetchText(simulator)).status).toBe(200);
      simulator.setFaults([{ fault: 'access-denied' }]);
      expect(await isStruck()).toBe(true);
      expect(simulator.requests.byFault).toEqual({ 'access-denied': 2 });
    });
  });

  it('can repeat the jobs of the page before', async () => {
    await withSimulator(SMALL, async (simulator) => {
      const ids = (await readJobs(simulator, 'copy', { MaxResults: 50 })).map(idOf('copy'));
      simulator.setFaults([{ fault: 'overlap', of: 'jobs', rows: 3 }]);
      const repeated = (await readJobs(simulator, 'copy', { MaxResults: 50 })).map(idOf('copy'));
      expect(repeated.length).toBeGreaterThan(ids.length);
      expect([...new Set(repeated)]).toEqual(ids);
    });
  });
});
