import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kindNames } from '../../schemas/kinds.ts';
import { dailyViewName } from '../../schemas/views/daily.ts';
import { type LedgerShape, TODAY, writeYear } from '../bench/year.ts';
import { runCliProcess } from '../fixtures/cli.ts';
import { startBrowser } from './browser.ts';
import { type Look, showReport, untilShown } from './shown-report.ts';
import { openTrial } from '../fixtures/trial.ts';

/** The report in a real browser: from disk, with the network off. */

let browser: Browser;
let folder: string;
beforeAll(async () => {
  browser = await startBrowser();
  folder = await mkdtemp(join(tmpdir(), 'backup-ledger-report-'));
});
afterAll(async () => {
  await browser.close();
  await rm(folder, { recursive: true, force: true });
});

/** Without any data. */
const PAGE = fileURLToPath(new URL('../../dist/report/page.html', import.meta.url));
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

const show = (file: string, look?: Look) => showReport(browser, file, look);

async function makeReport(ledger: string, name: string, now = `${TODAY}T04:00:00Z`): Promise<string> {
  const file = join(folder, `${name}.html`);
  const args = ['report', '--ledger', ledger, '--out', file, '--now', now, '--log-level', 'error'];
  const { code, stderr } = await runCliProcess(args);
  if (code !== 0) throw new Error(stderr);
  return file;
}

async function ofShape(name: string, shape: Partial<LedgerShape>): Promise<string> {
  const ledger = join(folder, name);
  await writeYear(ledger, { trouble: true, ...shape });
  return makeReport(ledger, name);
}

const headline = (page: Page) => page.locator('#headline dd:not(.note)').allTextContents();
const describedBy = (page: Page, id: string) => page.locator(`#${id}`).getAttribute('aria-label');

describe('the report of a pulled ledger', () => {
  let file: string;
  /** Jobs by the views. */
  let jobs: number;
  beforeAll(async () => {
    const trial = await openTrial({ accounts: 12 });
    await trial.pull({ kind: 'all', region: 'eu-west-1,us-east-1' });
    file = await makeReport(trial.ledger, 'pulled');
    const each = kindNames.map((kind) => `SELECT jobs FROM ${dailyViewName(kind)}`);
    const sql = `SELECT sum(jobs) FROM (${each.join(' UNION ALL ')}) AS all_kinds`;
    const { stdout } = await runCliProcess(['query', '--ledger', trial.ledger, sql]);
    jobs = Number(stdout.split('\n')[1]);
    await trial.close();
  });

  it('opens from disk without the network and without a complaint', async () => {
    const { page, complaints } = await show(file);
    expect(complaints).toEqual([]);
    expect(await page.title()).toBe('AWS Backup jobs');
    await page.context().close();
  });

  it('draws its charts: marks for each day, and words for who cannot see them', async () => {
    const { page } = await show(file);
    expect(await page.locator('#daily rect.bar').count()).toBeGreaterThan(14 * 3);
    expect(await page.locator('#daily circle.dot').count()).toBe(14);
    expect(await page.locator('#calendar a.day').count()).toBe(14);
    expect(await page.locator('svg.spark path:not([d=""])').count()).toBeGreaterThan(10);
    expect(await describedBy(page, 'daily')).toContain('from 2026-11-09 to 2026-11-22');
    expect(await describedBy(page, 'calendar')).toMatch(/Not pulled: 0/);
    await page.context().close();
  });

  it('says what the daily views say', async () => {
    const { page } = await show(file);
    expect(await daysInTable(page)).toBe(14);
    const cells = await page.locator('#daily-body tr td:nth-child(2)').allTextContents();
    expect(cells.reduce((sum, text) => sum + Number(text.replaceAll(',', '')), 0)).toBe(jobs);
    expect(await describedBy(page, 'daily')).toContain(`${jobs.toLocaleString('en')} in all`);
    expect(await page.locator('#about').textContent()).toContain('12 accounts');
    await page.context().close();
  });

  it.each(['kind', 'region', 'account'])(
    'filters everything by %s at once, and lets go again',
    async (name) => {
      const { page, complaints } = await show(file);
      const parts = async () => ({
        headline: await headline(page),
        daily: await describedBy(page, 'daily'),
        table: await page.locator('#daily-table tbody').textContent(),
        accounts: await page.locator('#accounts-body').textContent(),
        topAccounts: await page.locator('#top-accounts').textContent(),
        topCategories: await page.locator('#top-categories').textContent(),
        topTypes: await page.locator('#top-resource-types').textContent(),
      });
      const before = await parts();
      await page.locator(`#filter-${name}`).selectOption({ index: 1 });
      await expect.poll(() => page.url()).toContain(`#${name}=`);
      await untilShown(page);
      const filtered = await parts();
      for (const [part, text] of Object.entries(filtered))
        expect([part, text]).not.toEqual([part, before[part as keyof typeof before]]);
      const slices = await page.locator('#freshness-body tr').count();
      expect(slices).toBe({ kind: 2, region: 4, account: 8 }[name]);
      await page.locator('button[type=reset]').click();
      await expect.poll(parts).toEqual(before);
      expect(complaints).toEqual([]);
      await page.context().close();
    },
  );

  it('shows days that nobody pulled as such', async () => {
    const trial = await openTrial({ accounts: 3 });
    await trial.pull();
    const stale = await makeReport(trial.ledger, 'stale', '2026-11-26T04:00:00Z');
    await trial.close();
    const { page } = await show(stale);
    expect(await describedBy(page, 'calendar')).toContain('Not pulled: 3.');
    expect((await headline(page)).slice(-2)).toEqual(['2026-11-22', '3']);
    await page.context().close();
  });

  it('searches and sorts the accounts, by keyboard, too', async () => {
    const { page } = await show(file);
    const names = () => page.locator('#accounts-body th').allTextContents();
    expect(await names()).toHaveLength(12);
    const [first = ''] = (await names()).toSorted();
    await page.locator('#accounts-head button').first().focus();
    await page.keyboard.press('Enter');
    expect((await names())[0]).toBe(first);
    expect(await page.locator('#accounts-head th').first().getAttribute('aria-sort')).toBe('ascending');
    await page.locator('#find').fill(first);
    expect(await names()).toEqual([first]);
    expect(await page.locator('#top-accounts .what').allTextContents()).toEqual([first]);
    await page.locator('#find').fill('nobody');
    expect(await page.locator('#accounts-body-pages').textContent()).toBe('No account matches.');
    await page.context().close();
  });

  it.each(['light', 'dark'] as const)('has nothing serious for axe to say, %s', async (scheme) => {
    const { page } = await show(file, { scheme });
    for (const summary of await page.locator('details summary').all()) await summary.click();
    // The page forbids scripts from elsewhere; the debugger may.
    await page.evaluate(await readFile(AXE, 'utf8'));
    const found = await page.evaluate<(readonly [impact: string, id: string, html: string])[]>(
      'axe.run().then(({ violations }) => violations.map(({ id, impact, nodes }) => [impact, id, nodes[0].html]))',
    );
    expect(found.filter(([impact]) => impact === 'serious' || impact === 'critical')).toEqual([]);
    await page.context().close();
  });

  it('is dark in the dark, and light on paper', async () => {
    const background = (page: Page) => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const [light, dark] = [await show(file), await show(file, { scheme: 'dark' })];
    expect(await background(light.page)).toBe('rgb(245, 246, 248)');
    expect(await background(dark.page)).toBe('rgb(17, 22, 29)');
    await dark.page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await background(dark.page)).toBe('rgb(255, 255, 255)');
    expect(await dark.page.locator('#filters').isVisible()).toBe(false);
    for (const { page } of [light, dark]) await page.context().close();
  });
});

/** Rows of the daily table, unfolded whole. */
async function daysInTable(page: Page): Promise<number> {
  await page.locator('#daily-numbers summary').click();
  const all = page.locator('#daily-body-pages button', { hasText: 'Show all' });
  if (await all.count()) await all.click();
  return page.locator('#daily-body tr').count();
}

describe('whatever the size', () => {
  /** Nothing of the page is wider than the window, and no text overlaps its card. */
  const overflow = (page: Page) => page.evaluate('document.documentElement.scrollWidth - innerWidth');

  it.each([
    ['one day', { days: 1, regions: ['eu-west-1'], accounts: 5, rows: 10 }],
    ['one account', { days: 30, regions: ['eu-west-1'], accounts: 1, rows: 5 }],
    ['400 days', { days: 399, regions: ['eu-west-1'], accounts: 5, rows: 10 }],
  ] as const)('%s', async (name, shape) => {
    const file = await ofShape(name.replaceAll(' ', '-'), shape);
    for (const width of [1280, 400]) {
      const { page, complaints } = await show(file, { width });
      expect(complaints).toEqual([]);
      expect(await overflow(page)).toBeLessThanOrEqual(0);
      expect(await daysInTable(page)).toBe(shape.days);
      await page.context().close();
    }
  });

  it('a year of 50 accounts in four regions is below 2 MB, and would be with all four kinds', async () => {
    const file = await ofShape('a-year', { accounts: 50, rows: 200 });
    const [page, whole] = [(await stat(PAGE)).size, (await stat(file)).size];
    expect(page + 4 * (whole - page)).toBeLessThan(2e6);
    const shown = await show(file);
    expect(shown.complaints).toEqual([]);
    expect(await daysInTable(shown.page)).toBe(365);
    await shown.page.context().close();
  });

  it('5,000 accounts, of which those in trouble are shown one by one', async () => {
    const file = await ofShape('many', { days: 120, regions: ['eu-west-1'], accounts: 5000, rows: 5000 });
    const { page, complaints } = await show(file);
    expect(complaints).toEqual([]);
    expect(await page.locator('#about').textContent()).toContain('5,000 accounts');
    expect(await page.locator('#accounts-note').textContent()).toMatch(
      /are shown one by one; 1,\d{3} others together/,
    );
    await page.locator('#filter-account').selectOption({ index: 1 });
    expect(await page.locator('#accounts-body tr').count()).toBe(1);
    await page.context().close();
  });

  it('an empty ledger', async () => {
    const trial = await openTrial();
    trial.simulator.setFaults([{ fault: 'raw', items: [], replace: true }]);
    await trial.pull({ reconcile: 'off' });
    const file = await makeReport(trial.ledger, 'empty');
    await trial.close();
    const { page, complaints } = await show(file);
    expect(complaints).toEqual([]);
    expect(await page.locator('#about').textContent()).toContain('holds no day to show');
    await page.context().close();
  });
});
