import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DAY_MS } from '../../../src/domain/day.ts';
import { runCliHere } from '../../fixtures/cli.ts';
import { openTrial, type Trial } from '../../fixtures/trial.ts';
import { install, onTerminal, readMarkdown, type Seen } from './terminal.ts';

/** What people look at, as pictures of text in `pictures/`. `-u` draws them anew: look at them then. */

beforeAll(() => {
  install();
});

/** A ledger that was pulled on one day, and AWS on the next. */
let trial: Trial;
beforeEach(async () => {
  trial = await openTrial({ summaries: 600 });
  await trial.pull({ kind: 'copy,backup', region: ['eu-west-1', 'us-east-1'] });
  trial.simulator.clock.advance(DAY_MS);
});
afterEach(() => trial.close());

/** The screen, and how its words are painted. What differs from run to run is left open. */
function pictureOf({ screen, painted }: Seen): string {
  const text = screen.map((line) =>
    line.replaceAll(/\d+\.\d+ s\b/g, '#.# s').replaceAll(/\[\d\d:\d\d:\d\d\]/g, '[hh:mm:ss]'),
  );
  const paint = painted.map(({ line, style, text: words }) => `${line}: ${style}: ${words.trim()}`);
  return [...text, '', '--- painted, by line ---', ...paint, ''].join('\n');
}

async function expectPicture(name: string, seen: Seen): Promise<void> {
  await expect(pictureOf(seen)).toMatchFileSnapshot(`./pictures/${name}.txt`);
}

const slices = ['--kind', 'copy,backup', '--region', 'eu-west-1,us-east-1,eu-north-1'];

describe.each([80, 120])('at %i columns', (columns) => {
  it('a pull ends with its slices and their total', async () => {
    const seen = await onTerminal(trial, ['pull', ...slices], { columns });
    expect(seen.code).toBe(0);
    await expectPicture(`pull-${columns}`, seen);
  });

  it('a dry run shows what would change', async () => {
    const seen = await onTerminal(trial, ['pull', ...slices, '--dry-run'], { columns });
    expect(seen.code).toBe(0);
    await expectPicture(`dry-run-${columns}`, seen);
  });

  it('what failed is told once, with what to do', async () => {
    trial.simulator.setFaults([{ fault: 'access-denied', region: 'eu-north-1', kind: 'copy' }]);
    const seen = await onTerminal(trial, ['pull', ...slices], { columns });
    expect(seen.code).toBe(78);
    expect(seen.seen.match(/AccessDeniedException/g)).toHaveLength(1);
    await expectPicture(`failure-${columns}`, seen);
  });

  it('a replay ends with its tables', async () => {
    const [record] = await trial.records();
    await trial.tamper(record?.raw ?? '', undefined);
    const seen = await onTerminal(trial, ['replay'], { columns });
    expect(seen.code).toBe(65);
    await expectPicture(`replay-${columns}`, seen);
  });

  it.each([
    [
      'table',
      'SELECT start_date, region, account_id, jobs, success_rate FROM copy_job_daily ORDER BY 1, 2, 3',
    ],
    ['cut', 'SELECT kind, region, outcome, raw, pages, kept FROM pulls ORDER BY 1, 2'],
    ['upright', 'SELECT * FROM copy_job_daily ORDER BY start_date, region, account_id'],
  ])('rows fit, as a table, cut or upright: %s', async (name, sql) => {
    const seen = await onTerminal(trial, ['query', `${sql} LIMIT 3`], { columns });
    expect(seen.code).toBe(0);
    await expectPicture(`${name}-${columns}`, seen);
  });
});

describe('progress', () => {
  const args = ['pull', '--region', 'eu-west-1,us-east-1', '--page-size', '20'];
  const line = /^[01] of 2 slices · about \d+ s left · \d+ pages · [\d,]+ rows · [\d,]+ rows\/s$/;

  it('says how many slices are done, the time left, pages, rows, and rows a second, and goes at the end', async () => {
    trial.simulator.setFaults([{ fault: 'delay', ms: 100 }]);
    const { lastLines, screen } = await onTerminal(trial, args, { columns: 80 });
    expect(lastLines).toContainEqual(expect.stringMatching(line));
    expect(screen.join('\n')).not.toContain(' · ');
  });

  it('fits the narrowest terminal', async () => {
    const { lastLines } = await onTerminal(trial, args, { columns: 31 });
    expect(lastLines).toContainEqual(expect.stringMatching(/^\d of 2 slices · about \d+ s left$/));
  });
});

describe('colours', () => {
  it('are the theme’s, so that they are read on light and on dark: no background, no black, no white', async () => {
    trial.simulator.setFaults([{ fault: 'access-denied', region: 'eu-north-1', kind: 'copy' }]);
    const seen = await Promise.all(
      ['0;15', '15;0'].map((COLORFGBG) =>
        onTerminal(trial, ['pull', ...slices, '--dry-run'], { env: { COLORFGBG } }),
      ),
    );
    const [light, dark] = seen.map(({ painted }) => painted);
    expect(light).toEqual(dark);
    const styles = new Set(light?.map(({ style }) => style));
    // pyte calls the third colour brown, as the first terminals showed it; all others show yellow.
    expect([...styles].toSorted()).toEqual(['bold', 'brown', 'green', 'red']);
  });

  it('say nothing that is not said without them', async () => {
    const coloured = await onTerminal(trial, ['pull', ...slices, '--dry-run']);
    const plain = await onTerminal(trial, ['pull', ...slices, '--dry-run'], { env: { NO_COLOR: '1' } });
    expect(plain.painted).toEqual([]);
    expect(plain.screen.join('\n')).toContain('✓  ok: 6 of 6 slices');
    expect(pictureOf({ ...coloured, painted: [] })).toBe(pictureOf(plain));
  });
});

it('Markdown is read back as it was meant, by a reader that is not ours', async () => {
  const values = [
    'a|b',
    '*x* _y_ `z` ~w~',
    '<b>&amp;</b>',
    String.raw`C:\temp\|x`,
    '[l](u) ![i](j)',
    '# no title',
  ];
  const list = values.map((value) => `('${value}')`).join(', ');
  const sql = `SELECT value AS "a_name|x", length(value) / 3.0 AS third FROM (VALUES ${list}) AS t(value)`;
  const { stdout } = await runCliHere(['query', '--ledger', trial.ledger, '--format', 'markdown', sql]);
  const folder = await mkdtemp(join(tmpdir(), 'backup-ledger-markdown-'));
  const path = join(folder, 'table.md');
  await writeFile(path, stdout);
  const rows = await readMarkdown(path);
  await rm(folder, { recursive: true });
  expect(rows[0]).toEqual(['a_name|x', 'third']);
  expect(rows.slice(1).map(([value]) => value)).toEqual(values);
});
