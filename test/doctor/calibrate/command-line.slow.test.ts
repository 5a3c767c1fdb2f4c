import { Ajv } from 'ajv';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Calibration, DayEvidence, Question } from '../../../schemas/calibration.ts';
import { doctorResultSchema } from '../../../schemas/doctor-result.ts';
import { factsOf, type Kind, kindNames } from '../../../schemas/kinds.ts';
import { DAY_MS } from '../../../src/domain/day.ts';
import type { Fault, World } from '../../../src/simulator/index.ts';
import { type Clinic, type Examination, openClinic } from '../clinic.ts';

/** The calibration by the command line, against the simulator. What it decides in how many worlds: worlds.slow.test.ts. */

let clinic: Clinic;
beforeEach(async () => {
  clinic = await openClinic({ composites: 0.3, summaries: 50 });
});
afterEach(() => clinic.close());

const inIndia = ['--kind', 'copy', '--region', 'ap-south-1'];

function run(flags: readonly string[] = inIndia, ledger?: readonly string[]): Promise<Examination> {
  return clinic.examine(['--calibrate', '--max-rate', '1000', ...flags], ledger);
}

const setWorld = (world: Partial<World>) => clinic.trial.simulator.world.set(world);
const setFaults = (...faults: readonly Fault[]) => clinic.trial.simulator.setFaults(faults);

function onlyOne({ result }: Examination): Calibration {
  expect(result.calibrations).toHaveLength(1);
  return result.calibrations[0]!;
}

function decidedIn({ decisions }: Calibration): Readonly<Partial<Record<Question, string | null>>> {
  return Object.fromEntries(decisions.map(({ question, status, answer }) => [question, answer ?? status]));
}

const messagesOf = ({ checks }: Examination) => checks.map(({ message }) => message).join('\n');

async function evidence(): Promise<readonly DayEvidence[]> {
  const objects = await clinic.trial.objects();
  const lines = [...objects.values()].flatMap((bytes) =>
    new TextDecoder().decode(bytes).trimEnd().split('\n'),
  );
  return lines.map((line) => JSON.parse(line) as DayEvidence);
}

describe('what was found', () => {
  it.each<readonly [Partial<World>, readonly string[]]>([
    [{}, ['were created', 'parent jobs and their child jobs both count', 'days begin at 00:00 UTC']],
    [
      { countOn: 'completion', countJobs: 'top-level', dayZone: 'region' },
      ['ended', 'parent jobs count, their child jobs do not', 'days begin at midnight in Asia/Kolkata'],
    ],
    [
      { countJobs: 'leaves', dayZone: 'region-unsaid', window: 'rolling', showToday: true, zeroRows: true },
      [
        'were created',
        'child jobs count, their parent jobs do not',
        'days begin at midnight in Asia/Kolkata',
      ],
    ],
  ])('is said in sentences: %o', async (world, [date, level, zone]) => {
    setWorld(world);
    const examination = await run();
    expect([examination.code, examination.troubled]).toEqual([0, []]);
    const sentences = [`copy jobs in ap-south-1 count on the day they ${date}`, level, zone];
    expect(examination.checks.slice(-3).map(({ message }) => message)).toEqual(
      sentences.map((sentence) =>
        expect.stringMatching(String.raw`^${sentence}; [\d,]+ of [\d,]+ jobs tell$`),
      ),
    );
  });

  it('is said a line each where nobody asks for JSON', async () => {
    const { code, stdout, stderr } = await clinic.run(['--calibrate', '--max-rate', '1000', ...inIndia]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.split('\n').slice(-5)).toEqual([
      expect.stringMatching(
        /^ok {6}copy in ap-south-1: copy jobs in ap-south-1 count on the day they were created; /,
      ),
      expect.stringMatching(/^ok {6}copy in ap-south-1: parent jobs and their child jobs both count; /),
      expect.stringMatching(/^ok {6}copy in ap-south-1: days begin at 00:00 UTC; /),
      '7 ok, 0 warnings, 0 failed',
      '',
    ]);
  });

  it.each(kindNames)('is JSON that the schema describes, of %s jobs, too', async (kind: Kind) => {
    const examination = await run(['--kind', kind, '--region', 'ap-south-1']);
    const validate = new Ajv({ formats: { 'date-time': true }, allowUnionTypes: true }).compile(
      doctorResultSchema,
    );
    expect([validate(examination.result), validate.errors]).toEqual([true, null]);
    expect(decidedIn(onlyOne(examination))).toEqual({
      date: 'creation',
      level: factsOf(kind).jobList.hasParents ? 'all' : 'not-applicable',
      zone: 'utc',
    });
  });

  it('names no ARN and no resource, in the result or the ledger', async () => {
    setWorld({ listShare: 0.995 });
    const examination = await run();
    expect(onlyOne(examination).misfits.length).toBeGreaterThan(0);
    const kept = [...(await clinic.trial.objects()).values()].map((bytes) => new TextDecoder().decode(bytes));
    expect(kept).toHaveLength(1);
    for (const text of [JSON.stringify(examination.result.calibrations), messagesOf(examination), ...kept])
      expect(text.replace(/arn:aws:iam::\d+:role\/pull/, '')).not.toMatch(/arn:|payroll|vol-/);
  });

  it('is no question of time where the region has that of UTC', async () => {
    const examination = await run(['--kind', 'copy', '--region', 'eu-west-1']);
    expect(decidedIn(onlyOne(examination))).toEqual({
      date: 'creation',
      level: 'all',
      zone: 'not-applicable',
    });
    expect(messagesOf(examination)).toContain('days in eu-west-1 begin as those of UTC do');
  });

  it('leaves out what moved meanwhile', async () => {
    setFaults({ fault: 'miscount', by: 40, rows: 200, times: 1, of: 'rows' });
    const calibration = onlyOne(await run());
    expect(calibration.moved_cells).toBeGreaterThan(50);
    expect(calibration.distance).toBe(0);
  });

  it('is of one account where one is asked for', async () => {
    const account = clinic.trial.simulator.accounts[2]!;
    const calibration = onlyOne(await run([...inIndia, '--account', account]));
    expect([calibration.scope, calibration.distance]).toEqual([account, 0]);
    expect(calibration.jobs).toBeGreaterThan(100);
  });
});

describe('evidence', () => {
  it('lies in the ledger, a line a day, and adds up', async () => {
    expect(onlyOne(await run()).days).toBe(10);
    expect([...(await clinic.trial.objects()).keys()]).toEqual([
      'calibration/start_month=2026-11/copy-ONE_DAY-ap-south-1-any.jsonl',
    ]);
    clinic.trial.simulator.clock.advance(12 * DAY_MS);
    const calibration = onlyOne(await run());
    expect([calibration.days, calibration.first_day, calibration.last_day]).toEqual([
      20,
      '2026-11-11',
      '2026-12-02',
    ]);
    expect((await evidence()).map((day) => day.start_date)).toEqual([
      ...['11', '12', '13', '14', '15', '16', '17', '18', '19', '20'].map((day) => `2026-11-${day}`),
      ...['23', '24', '25', '26', '27', '28', '29', '30'].map((day) => `2026-11-${day}`),
      '2026-12-01',
      '2026-12-02',
    ]);
    expect(calibration.jobs).toBe((await evidence()).reduce((sum, { jobs }) => sum + jobs, 0));
  });

  it('of one day counts once', async () => {
    const first = onlyOne(await run());
    expect(onlyOne(await run())).toEqual(first);
  });

  it('of two ways of counting decides nothing', async () => {
    await run();
    clinic.trial.simulator.clock.advance(12 * DAY_MS);
    setWorld({ countOn: 'completion', dayZone: 'region' });
    const examination = await run();
    expect(decidedIn(onlyOne(examination))).toEqual({
      date: 'undecided',
      level: 'undecided',
      zone: 'undecided',
    });
    expect(messagesOf(examination)).toContain('nothing is decided: the best of the hypotheses differs');
  });

  it('is no stranger to verify', async () => {
    await clinic.trial.pull();
    await run();
    expect((await clinic.trial.verify()).findings).toEqual([]);
  });

  it('that cannot be kept is told, and so is what was found', async () => {
    const examination = await run(inIndia, ['--ledger', '/dev/null/ledger']);
    expect(examination.code).toBe(78);
    expect(examination.troubled).toEqual(['failed evidence of copy in ap-south-1']);
    expect(decidedIn(onlyOne(examination))).toEqual({ date: 'creation', level: 'all', zone: 'utc' });
  });

  it('that was damaged is not built upon', async () => {
    await clinic.trial.tamper(
      'calibration/start_month=2026-11/copy-ONE_DAY-ap-south-1-any.jsonl',
      new TextEncoder().encode('{"start_date":"2026-11-12"}\n'),
    );
    const { troubled, checks } = await run();
    expect(troubled).toEqual(['failed evidence of copy in ap-south-1']);
    expect(checks.at(-1)?.message).toContain('has a line that is no day of evidence');
  });
});

describe('what stands in the way', () => {
  it('a missing right is named, and other slices go on', async () => {
    setFaults({ fault: 'access-denied', of: 'jobs', kind: 'copy' });
    const examination = await run(['--kind', 'copy,backup', '--region', 'ap-south-1']);
    expect([examination.code, examination.troubled]).toEqual([78, ['failed copy in ap-south-1']]);
    expect(messagesOf(examination)).toContain('the caller needs backup:ListCopyJobs');
    expect(onlyOne(examination).kind).toBe('backup');
  });

  it('where monitoring is off, the own jobs are compared', async () => {
    setWorld({ monitoring: false });
    const examination = await run();
    expect(examination.code).toBe(0);
    expect(messagesOf(examination)).toContain('cross-account monitoring is off, or this is a member account');
    const { listed, jobs, distance } = onlyOne(examination);
    expect([listed.accounts, distance]).toEqual(['own', 0]);
    expect(jobs).toBeGreaterThan(50);
  });

  it('where only the jobs of all accounts are refused, the own ones are compared with their own counts', async () => {
    setFaults({ fault: 'access-denied', of: 'jobs', times: 1 });
    const calibration = onlyOne(await run());
    expect([calibration.listed.accounts, calibration.distance]).toEqual(['own', 0]);
    expect(calibration.jobs).toBeGreaterThan(100);
  });

  it('a list that is shorter than the summaries decides nothing, and nothing of it is kept', async () => {
    setWorld({ listShare: 0.9 });
    const examination = await run();
    expect(messagesOf(examination)).toMatch(
      /ListCopyJobs lists [\d,]+ of the [\d,]+ jobs that the summaries count/,
    );
    expect(new Set(Object.values(decidedIn(onlyOne(examination))))).toEqual(new Set(['undecided']));
    expect((await clinic.trial.objects()).size).toBe(0);
    expect(onlyOne(examination).misfits).toHaveLength(10);
  });

  it('rows of other regions are told, and not compared', async () => {
    setWorld({ foreignRegionRows: true });
    const examination = await run();
    expect(examination.troubled).toEqual(['warning copy in ap-south-1']);
    expect(messagesOf(examination)).toMatch(
      /the endpoint of ap-south-1 also shows [\d,]+ rows of other regions/,
    );
    expect(onlyOne(examination).distance).toBe(0);
  });

  it('days without jobs', async () => {
    setFaults({ fault: 'raw', items: [], replace: true, of: 'rows' });
    const examination = await run();
    expect(examination.code).toBe(0);
    expect(messagesOf(examination)).toContain('no finished jobs lie on days that can be compared');
  });

  it('a list that broke off is asked for again, a refused token begins it anew', async () => {
    setFaults({ fault: 'truncated-json', of: 'jobs', times: 1 }, { fault: 'expired-token', of: 'jobs' });
    expect(onlyOne(await run()).distance).toBe(0);
  });

  it('a table of other rows is refused', async () => {
    const { code, stderr } = await clinic.run([
      '--calibrate',
      '--table',
      'copy_failures',
      '--state',
      'FAILED',
      '--kind',
      'copy',
    ]);
    expect(code).toBe(64);
    expect(stderr).toContain('table: expected none beside --calibrate');
  });
});
