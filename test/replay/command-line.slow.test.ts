import { rm, symlink } from 'node:fs/promises';
import { Ajv } from 'ajv';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { replayResultSchema } from '../../schemas/replay-result.ts';
import { runCliProcess } from '../fixtures/cli.ts';
import { openTrial, type Trial } from '../fixtures/trial.ts';

const KEY = 'copy_job_summaries/aggregation_period=ONE_DAY/start_month=2026-11/eu-west-1.parquet';

let trial: Trial;
beforeEach(async () => {
  trial = await openTrial({ summaries: 100 });
  await trial.pull();
});
afterEach(() => trial.close());

function run(...flags: readonly string[]) {
  const now = new Date(trial.simulator.clock.now()).toISOString();
  return runCliProcess(['replay', '--ledger', trial.ledger, '--now', now, ...flags]);
}

it('heals, and prints one line of JSON that keeps its schema', async () => {
  const before = (await trial.objects()).get(KEY);
  await trial.tamper(KEY, undefined);
  const { code, stdout, stderr } = await run();
  expect(code).toBe(0);
  expect(stdout.trimEnd().split('\n')).toHaveLength(1);
  const validate = new Ajv({ allowUnionTypes: true, formats: { date: true, 'date-time': true } }).compile(
    replayResultSchema,
  );
  expect(validate(JSON.parse(stdout)), JSON.stringify(validate.errors)).toBe(true);
  expect(stderr).toContain('copy_job_summaries in eu-west-1: 1 pull, 1 partition written, 0 as they were');
  expect((await trial.objects()).get(KEY)).toEqual(before);
});

it('exits with 65 when raw pages are missing', async () => {
  await trial.tamper((await trial.records())[0]?.raw ?? '', undefined);
  const { code, stdout, stderr } = await run();
  expect(code).toBe(65);
  expect(JSON.parse(stdout)).toMatchObject({ outcome: 'incomplete' });
  expect(stderr).toContain('is gone');
});

it('names every mistake, and replays nothing', async () => {
  const before = await trial.objects();
  const flags = ['--from', '2026-11-31', '--kind', 'copies', '--into', 'http://x', '--exclude', ''];
  const { code, stdout, stderr } = await run(...flags);
  expect(code).toBe(64);
  expect(stdout).toBe('');
  for (const name of ['from', 'kind', 'into', 'exclude'])
    expect(stderr).toMatch(new RegExp(`^${name}: expected`, 'm'));
  expect(await trial.objects()).toEqual(before);
});

it.each([
  [
    ['--from', '2026-11-20', '--to', '2026-11-19'],
    'to: expected 2026-11-20 (--from) or a later day, got 2026-11-19',
  ],
  [['--exclude', 'nobody'], 'got nobody, which names none'],
  [['--kms-key', 'x'], 'kms-key: expected only with a ledger on s3://'],
])('%j is answered with exit 64', async (flags, sentence) => {
  const { code, stderr } = await run(...flags);
  expect(code).toBe(64);
  expect(stderr).toContain(sentence);
});

it.each(['', '/inside', '/..inside'])('into itself%s is answered with exit 64', async (below) => {
  const { code, stderr } = await run('--into', `${trial.ledger}${below}`);
  expect(code).toBe(64);
  expect(stderr).toContain('into: expected a place outside the ledger');
});

it('into itself by a link is answered with exit 64', async () => {
  const link = `${trial.ledger}-link`;
  await symlink(trial.ledger, link);
  for (const into of [link, `${link}/inside`]) {
    const { code, stderr } = await run('--into', into);
    expect(stderr).toContain('into: expected a place outside the ledger');
    expect(code).toBe(64);
  }
  await rm(link);
});

it('of a damaged record is answered with exit 65, and nothing is done', async () => {
  const [key = ''] = [...(await trial.objects()).keys()].filter((each) => each.startsWith('pulls/'));
  await trial.tamper(key, Buffer.from('{'));
  const { code, stdout, stderr } = await run();
  expect([code, stdout]).toEqual([65, '']);
  expect(stderr).toContain(key);
});
