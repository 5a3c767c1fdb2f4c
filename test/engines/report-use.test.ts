import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCliProcess } from '../fixtures/cli.ts';
import {
  DATA_LAKE,
  incidentNames,
  NEW_REASON,
  openIncidents,
  PAYMENTS,
  SANDBOX,
  YESTERDAY,
} from '../fixtures/incidents.ts';
import type { Trial } from '../fixtures/trial.ts';
import { startBrowser } from './browser.ts';
import { misfits, roomAfterChart } from './page-geometry.ts';
import { type Look, showReport, untilShown } from './shown-report.ts';

/** What people do with a report of half a year in which things happened. */

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

let browser: Browser;
let folder: string;
let trial: Trial;
/** Of all days, and of a month of them. */
let whole: string;
let month: string;
beforeAll(async () => {
  browser = await startBrowser();
  folder = await mkdtemp(join(tmpdir(), 'backup-ledger-report-use-'));
  trial = await openIncidents();
  await writeFile(join(folder, 'names.csv'), incidentNames);
  whole = await makeReport('whole');
  month = await makeReport('month', '--from', '2026-09-01', '--to', '2026-09-30', '--target', '98');
});
afterAll(async () => {
  await browser.close();
  await trial.close();
  await rm(folder, { recursive: true, force: true });
});

async function makeReport(name: string, ...flags: readonly string[]): Promise<string> {
  const out = join(folder, `${name}.html`);
  const now = new Date(trial.simulator.clock.now()).toISOString();
  const args = ['report', '--ledger', trial.ledger, '--out', out, '--now', now, '--log-level', 'error'];
  const names = ['--account-names', join(folder, 'names.csv')];
  const { code, stderr } = await runCliProcess([...args, ...names, ...flags]);
  if (code !== 0) throw new Error(stderr);
  return out;
}

const open = async (file: string, look?: Look) => (await showReport(browser, file, look)).page;

/** Closes the page, whatever was found on it. */
async function on(file: string, look: Look, examine: (page: Page) => Promise<void>): Promise<void> {
  const { page, complaints } = await showReport(browser, file, look);
  try {
    await examine(page);
    expect(complaints).toEqual([]);
  } finally {
    await page.context().close();
  }
}

const textOf = async (page: Page, id: string) =>
  ((await page.locator(`#${id}`).textContent()) ?? '').replaceAll(/\s+/g, ' ').trim();

/** Something of each element a selector finds: JavaScript on `element`. */
const each = <T>(page: Page, selector: string, expression: string) =>
  page.evaluate<T[]>(`[...document.querySelectorAll('${selector}')].map((element) => ${expression})`);

/** All that should follow what is selected. */
async function parts(page: Page): Promise<Readonly<Record<string, string>>> {
  const ids = [
    'verdict',
    'headline',
    'changed-reasons',
    'top-categories',
    'top-accounts',
    'top-resource-types',
    'accounts-body',
  ];
  const texts = await Promise.all(ids.map((id) => textOf(page, id)));
  const described = await each<string>(page, '#daily a.mark', 'element.ariaLabel');
  return { ...Object.fromEntries(ids.map((id, at) => [id, texts[at] ?? ''])), bars: described.join() };
}

describe('at first sight', () => {
  it('there is a verdict, with the accounts that matter by name', async () => {
    await on(whole, {}, async (page) => {
      expect(await textOf(page, 'verdict-title')).toBe('As usual, but 2 accounts got worse');
      expect(await textOf(page, 'verdict-text')).toMatch(
        new RegExp(
          `^Complete to yesterday \\(${YESTERDAY}\\), 9\\d\\.\\d % of [\\d,]+ jobs succeeded in the last 7 days – .* usual .* the week before; ` +
            `2 accounts got worse: Payments ${PAYMENTS} and Data lake, production ${DATA_LAKE}; 1 account fell silent: Sandbox ${SANDBOX}\\.$`,
        ),
      );
    });
  });

  it('what changed is told before the long tables', async () => {
    await on(whole, {}, async (page) => {
      expect(await textOf(page, 'changed-accounts')).toMatch(
        /^▲ worse Payments .*▼ better Logging and audit/,
      );
      expect(await textOf(page, 'changed-reasons')).toMatch(
        new RegExp(`^✱ new ${NEW_REASON} new: \\d+ jobs`),
      );
      expect(await textOf(page, 'changed-silent')).toMatch(
        /^◯ silent Sandbox .*no job completed since .*, for 9 days; no job ended since then/,
      );
      const order = await each<string>(page, 'main > section', 'element.getAttribute("aria-labelledby")');
      expect(order.indexOf('changes-title')).toBeLessThan(order.indexOf('accounts-title'));
    });
  });

  it('the chart shows failures by week, and days by what is usual', async () => {
    await on(whole, {}, async (page) => {
      expect(await page.locator('#daily circle.dot').count()).toBe(29);
      expect(await page.locator('#daily circle.dot.far').count()).toBe(1);
      expect(await page.locator('#calendar a.day.far').count()).toBe(3);
      expect(await page.locator('#calendar a.day.lost').count()).toBe(6);
      expect(await page.locator('#calendar a.day').count()).toBe(200);
      await page.locator('#daily a.mark').last().hover();
      expect(await textOf(page, 'daily-readout')).toMatch(
        /^2026-11-16 to 2026-11-22: .* succeeded; \d+ failed/,
      );
    });
  });
});

describe('a click', () => {
  it.each([
    ['an account', `#verdict a:has-text("${PAYMENTS}")`, `account=${PAYMENTS}`],
    ['a reason', `#top-categories a:has-text("${NEW_REASON}")`, `reason=${NEW_REASON}`],
    ['a resource type', '#top-resource-types a:has-text("EC2")', 'type='],
    ['a bar', '#daily a.mark >> nth=3', 'from=2026-05-25&to=2026-05-31'],
    ['a day', '#calendar a.day.far >> nth=0', 'day=2026-09-23'],
  ])('on %s narrows everything, and its address brings it back', async (_what, selector, fragment) => {
    await on(whole, {}, async (page) => {
      const before = await parts(page);
      await page.locator(selector).first().click();
      await expect.poll(() => page.url()).toContain(fragment);
      await untilShown(page);
      const after = await parts(page);
      const unchanged = Object.keys(before).filter((name) => before[name] === after[name]);
      // The bars are of all days; what is told of reasons and types does not touch the rates of all jobs.
      const may = /=20/.test(fragment) ? ['bars'] : /account/.test(fragment) ? [] : ['verdict'];
      expect(unchanged.filter((name) => !may.includes(name))).toEqual([]);
      const chip = await page.locator('#chips .chip').count();
      expect(chip).toBe(1);
      await page.reload();
      await untilShown(page);
      expect(await parts(page)).toEqual(after);
      const sent = await open(whole, { fragment: new URL(page.url()).hash });
      expect(await parts(sent)).toEqual(after);
      await sent.context().close();
      await page.goBack();
      await expect.poll(() => parts(page)).toEqual(before);
      await page.goForward();
      await page.locator('#chips .chip').click();
      await expect.poll(() => parts(page)).toEqual(before);
    });
  });

  it('adds to what is selected, from the keyboard, too', async () => {
    await on(whole, { fragment: `#account=${PAYMENTS}` }, async (page) => {
      await page.locator('#daily a.mark[tabindex="0"]').focus();
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('Enter');
      await expect.poll(() => page.url()).toContain(`#account=${PAYMENTS}&from=2026-11-09&to=2026-11-15`);
      await untilShown(page);
      expect(await page.locator('#daily a.mark:focus').count()).toBe(1);
      expect(await page.locator('#daily a.mark[tabindex="0"]').count()).toBe(1);
    });
  });

  it('shows more, the same way everywhere', async () => {
    await on(whole, {}, async (page) => {
      for (const [id, size, all] of [
        ['top-accounts', 8, 23],
        ['accounts-body', 20, 24],
      ] as const) {
        const rows = page.locator(`#${id} > *`);
        const shows = (count: number) => expect.poll(() => rows.count()).toBe(count);
        await shows(size);
        expect(await textOf(page, `${id}-pages`)).toContain(`${size} of ${all} accounts`);
        await page.locator(`#${id}-pages button`, { hasText: 'Show all' }).click();
        await shows(all);
        await page.locator(`#${id}-pages button`, { hasText: 'Show fewer' }).click();
        await shows(size);
      }
      await page.locator('#find').fill('payments');
      await expect.poll(() => page.locator('#accounts-body tr').count()).toBe(1);
      await page.locator('#find').fill(NEW_REASON.toLowerCase());
      await expect.poll(() => page.locator('#top-categories li').count()).toBe(1);
    });
  });
});

describe('a report of named days', () => {
  it('is about them, and knows how fresh the ledger is', async () => {
    await on(month, {}, async (page) => {
      const headline = await textOf(page, 'headline');
      expect(headline).toMatch(
        /^Success, 2026-09-01 to 2026-09-30\d\d\.\d %. \d\.\d points? on the 30 days before/,
      );
      expect(headline).toContain(`Newest day${YESTERDAY}up to date`);
      expect(await textOf(page, 'verdict-text')).toMatch(/^Complete to yesterday .* the target of 98\.0 %/);
      expect(await page.locator('#calendar a.day').count()).toBe(30);
      expect(await textOf(page, 'about')).toContain('2026-09-01 to 2026-09-30');
    });
  });

  it('says where the days are, if it has none of those', async () => {
    const file = await makeReport('nothing', '--from', '2025-01-01', '--to', '2025-02-01');
    await on(file, {}, async (page) => {
      expect(await textOf(page, 'about')).toContain(
        'holds no job of these days, but some from 2026-05-07 to 2026-11-22',
      );
    });
  });
});

describe('how a number is computed', () => {
  /** What the section's SQL gives on the ledger: rows of texts. */
  async function answers(page: Page, section: string): Promise<string[][][]> {
    const statements = await page.locator(`#${section}-computed pre.sql`).allTextContents();
    const found: string[][][] = [];
    for (const sql of statements) {
      const { code, stdout, stderr } = await runCliProcess([
        'query',
        '--ledger',
        trial.ledger,
        '--format',
        'jsonl',
        sql,
      ]);
      expect({ code, sql, stderr }).toMatchObject({ code: 0 });
      found.push(
        stdout
          .trim()
          .split('\n')
          .map((line) => Object.values(JSON.parse(line) as Record<string, unknown>).map(String)),
      );
    }
    return found;
  }

  const number = (text: string) => Number(text.replaceAll(/[^\d.]/g, ''));

  it.each([
    '',
    `#account=${PAYMENTS}&kind=copy`,
    '#region=us-east-1&day=2026-09-23',
    `#reason=${NEW_REASON}`,
  ])(
    'is told by SQL that gives the same: %s',
    async (fragment) => {
      await on(whole, { fragment }, async (page) => {
        const [[period = []] = [], [before = []] = []] = await answers(page, 'headline');
        const rates = await page
          .locator('#headline .tile', { hasText: /^Success, (?:last|20)/ })
          .locator('dd')
          .allTextContents();
        expect(number(rates[0] ?? '')).toBe(Math.floor(Number(period[5]) * 10) / 10);
        expect(number(rates[1] ?? '0')).toBeCloseTo(Math.abs(Number(period[5]) - Number(before[5])), 1);

        const [, accounts = []] = await answers(page, 'lists');
        const shown = await each<string[]>(
          page,
          '#accounts-body tr',
          '[element.querySelector(".digits").textContent, ...[...element.querySelectorAll("td")].map((cell) => cell.textContent)]',
        );
        const isOfAll = !fragment.includes('reason');
        for (const [id, jobs, bad] of shown) {
          const [, allJobs = '0', , , allBad = '0'] = accounts.find(([account]) => account === id) ?? [];
          const expected = [allJobs, isOfAll ? allBad : bad].map((text) => Number(text).toLocaleString('en'));
          expect([id, jobs, bad]).toEqual([id, ...expected]);
        }

        const [reasons = []] = await answers(page, 'lists');
        const listed = await each<string[]>(
          page,
          '#top-categories li',
          '[element.querySelector(".what").textContent, element.querySelector(".number").firstChild.data]',
        );
        expect(listed.map(([name, jobs]) => [name, number(jobs ?? '')])).toEqual(
          reasons.slice(0, 8).map(([name, jobs]) => [name, Number(jobs)]),
        );
      });
    },
    240_000,
  );

  it('stands beside every section, and runs', async () => {
    await on(month, {}, async (page) => {
      const sections = await each<string>(page, 'details.computed', 'element.id.replace("-computed", "")');
      expect(sections).toEqual([
        'headline',
        'changes',
        'daily',
        'calendar',
        'lists',
        'accounts',
        'freshness',
      ]);
      for (const section of ['daily', 'calendar', 'freshness']) {
        const [rows = []] = await answers(page, section);
        expect([section, rows.length >= 24]).toEqual([section, true]);
      }
    });
  });
});

describe('on every screen and on paper', () => {
  const A4_WITHIN_MARGINS = 703;
  const fragments = ['', `#account=${DATA_LAKE}`, '#reason=LIMITEXCEEDED&day=2026-11-20'];

  it.each([1440, 768, 390].flatMap((width) => fragments.map((fragment) => [width, fragment] as const)))(
    'everything can be read, %i pixels wide %s',
    async (width, fragment) => {
      for (const file of [whole, month])
        await on(file, { width, fragment }, async (page) => {
          await page.locator('#daily-numbers summary').click();
          expect(await misfits(page)).toEqual([]);
          for (const room of await roomAfterChart(page)) expect(room).toBeGreaterThanOrEqual(0);
        });
    },
  );

  it.each(fragments)('A4 shows all of it, from whatever window it is printed %s', async (fragment) => {
    await on(whole, { width: 1440, fragment }, async (page) => {
      await page.emulateMedia({ media: 'print' });
      await page.setViewportSize({ width: A4_WITHIN_MARGINS, height: 1000 });
      await expect.poll(() => page.locator('#daily svg').getAttribute('width')).toBe('660');
      expect(await misfits(page)).toEqual([]);
      for (const room of await roomAfterChart(page)) expect(room).toBeGreaterThanOrEqual(0);
      expect(await page.locator('#chips').isVisible()).toBe(fragment !== '');
    });
  });

  it('is printed onto A4 unscaled, a chart never over two pages', async () => {
    await on(whole, { width: 1440 }, async (page) => {
      const pdf = (await page.pdf({ format: 'A4' })).toString('latin1');
      const pages = pdf.match(/\/Type\s*\/Page\b/g) ?? [];
      expect(pages.length).toBeGreaterThanOrEqual(3);
      expect(pages.length).toBeLessThanOrEqual(5);
    });
  });

  it.each([
    ['light', 390],
    ['dark', 768],
  ] as const)('has nothing for axe to say, %s, %i pixels', async (scheme, width) => {
    await on(whole, { scheme, width, fragment: `#account=${PAYMENTS}&day=${YESTERDAY}` }, async (page) => {
      for (const summary of await page.locator('details summary').all()) await summary.click();
      await page.evaluate(await readFile(AXE, 'utf8'));
      const found = await page.evaluate<string[]>(
        'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + " " + nodes[0].html))',
      );
      expect(found).toEqual([]);
    });
  });
});
