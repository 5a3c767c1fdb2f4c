import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DAY_MS } from '../../src/domain/day.ts';
import { writeYear } from '../bench/year.ts';
import { openTrial, type Trial } from '../fixtures/trial.ts';

/** A ledger on S3 that was pulled every day for so many days before the trial's. */
async function openAged(days: number): Promise<Trial> {
  const trial = await openTrial({ on: 's3', summaries: 30 });
  const folder = await mkdtemp(join(tmpdir(), 'backup-ledger-age-'));
  await writeYear(folder, { days, regions: ['eu-west-1', 'us-east-1'], accounts: 2, rows: 2, raw: true });
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const file of files.filter((entry) => entry.isFile())) {
    const path = join(file.parentPath, file.name);
    await trial.tamper(path.slice(folder.length + 1), await readFile(path));
  }
  await rm(folder, { recursive: true });
  trial.simulator.clock.advance(DAY_MS);
  return trial;
}

/** Requests by operation that something takes. */
async function requestsOf(trial: Trial, use: () => Promise<unknown>): Promise<Record<string, number>> {
  const before = trial.s3?.requests.length ?? 0;
  await use();
  const counts: Record<string, number> = {};
  for (const { operation } of trial.s3?.requests.slice(before) ?? [])
    counts[operation] = (counts[operation] ?? 0) + 1;
  return counts;
}

describe('a ledger of any age', () => {
  it('takes as many requests to pull into, and to verify the last forty days of', async () => {
    const found = [];
    for (const days of [100, 800]) {
      const trial = await openAged(days);
      await trial.pull({ region: 'eu-west-1' });
      found.push({
        pull: await requestsOf(trial, () => trial.pull({ region: 'eu-west-1' })),
        verify: await requestsOf(trial, async () => {
          expect(await trial.verify({ since: '2026-10-15' })).toMatchObject({ outcome: 'ok', findings: [] });
        }),
      });
      await trial.close();
    }
    expect(found[1]).toEqual(found[0]);
  });

  it('is verified since a day as if there were nothing before it', async () => {
    const trial = await openAged(100);
    await trial.tamper('raw/copy/ONE_DAY/eu-west-1/any/20261110T033000000Z.jsonl.gz', undefined);
    const month = 'copy_job_summaries/aggregation_period=ONE_DAY/start_month=2026-11';
    await trial.tamper(`${month}/us-east-1.parquet`, undefined);
    await trial.tamper(`${month}/eu-north-1.parquet`, Buffer.from('not a partition'));
    await trial.tamper(`${month}/stray.txt`, Buffer.from('stray'));
    await trial.tamper('pulls/pull_month=2026-10/copy-ONE_DAY-eu-west-1-any.jsonl', Buffer.from('{}\n'));
    const [since, whole] = [await trial.verify({ since: '2026-10-15' }), await trial.verify()];
    const codes = ({ findings }: typeof since) =>
      findings.map(({ code, place }) => `${code} ${place}`).toSorted();
    expect(codes(since)).toEqual(codes(whole).filter((finding) => !finding.includes('2026-09')));
    const kinds = ['raw-missing', 'object-missing', 'unknown-file', 'record-damaged'];
    expect(since.findings.map(({ code }) => code)).toEqual(expect.arrayContaining(kinds));
    await trial.close();
  });
});
