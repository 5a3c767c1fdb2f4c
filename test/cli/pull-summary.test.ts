import { describe, expect, it } from 'vitest';
import type { PullResult, SliceResult } from '../../schemas/pull-result.ts';
import { summaryText } from '../../src/adapters/terminal/summary-text.ts';
import { pullSummary } from '../../src/cli/pull-summary.ts';
import { aSlice, aSummary, OBSERVED_AT, onlySlice, pullOnce } from '../fixtures/builders.ts';
import { MemoryStore } from '../fixtures/memory-store.ts';

/** What a person reads at 80 columns. */
function textOf(result: PullResult): string {
  return summaryText(pullSummary(result), { width: 80, colour: false });
}

const good = onlySlice(await pullOnce([aSummary()]));

function aFailure(message: string, fields: Partial<SliceResult> = {}): SliceResult {
  const error = { name: 'RequestError', message, recovery: 'fix-config' } as const;
  return { ...good, outcome: 'failed', days: { written: 0, unchanged: 0 }, error, ...fields };
}

function aResult(slices: readonly SliceResult[], fields: Partial<PullResult> = {}): PullResult {
  return {
    schema_version: 1,
    outcome: 'ok',
    exit_code: 0,
    started_at: '2026-11-23T03:00:00.000Z',
    finished_at: '2026-11-23T03:03:20.000Z',
    slices: [...slices],
    ...fields,
  };
}

describe('the slices', () => {
  it('are one a row, with what they are made of, and their total', () => {
    const large = {
      ...good,
      region: 'us-east-1',
      pages: 12,
      kept: 5_802,
      days: { written: 2, unchanged: 12 },
    };
    expect(textOf(aResult([good, large]))).toBe(`\
   kind   region     pages   rows  accounts  days written  unchanged
✓  copy   eu-west-1      1      1         1             1          0
✓  copy   us-east-1     12  5,802         1             2         12
   total                13  5,803                       3         12

✓  ok: 2 of 2 slices in 3 min 20 s
`);
  });

  it('tell of protected days and warnings where there are any', () => {
    const odd = { ...good, protected: 2, warnings: ['a gap', 'a mismatch'] };
    const [head = '', row = ''] = textOf(aResult([odd])).split('\n');
    expect(head).toContain('protected  warnings');
    expect(row).toMatch(/^!  copy .* 2 +2$/);
  });

  it('name their account, and a table of their own, where they have one', () => {
    const own = { ...good, scope: '111111111111', table: 'copy_failures' };
    expect(textOf(aResult([own]))).toMatch(/^✓ {2}copy_failures {2}eu-west-1 {2}111111111111 /m);
  });

  it('beyond forty are named only if they ask for a look; the total has them all', () => {
    const many = Array.from({ length: 3_000 }, () => good);
    const lines = textOf(aResult([...many, { ...good, region: 'eu-north-1', warnings: ['a gap'] }])).split(
      '\n',
    );
    expect(lines.filter((line) => line.includes('copy'))).toEqual([expect.stringContaining('eu-north-1')]);
    expect(lines).toContainEqual(expect.stringMatching(/^ {3}total +3,001 +3,001 /));
    expect(lines).toContain('→  3,000 slices more are in the total; --json lists all');
  });

  it('that came too late are told so', async () => {
    const store = new MemoryStore();
    await pullOnce([aSummary()], { store, now: OBSERVED_AT + 60_000 });
    const text = textOf(await pullOnce([aSummary()], { store }));
    expect(text).toMatch(/^– {2}copy +eu-west-1 /m);
    expect(text).toContain('copy eu-west-1: superseded by a newer pull, so there was nothing to do');
  });
});

describe('a failure', () => {
  it('is told once, with the exit code and what to do next', () => {
    const text = textOf(aResult([good, aFailure('AWS refused')], { outcome: 'partial', exit_code: 78 }));
    expect(text.match(/AWS refused/g)).toHaveLength(1);
    expect(text).toContain('✗  copy eu-west-1: AWS refused\n');
    expect(text).toContain(
      '✗  partial: 1 of 2 slices in 3 min 20 s; exit code 78\n' +
        '→  correct what the message names (backup-ledger doctor checks it), and run the\n   same command again\n',
    );
  });

  it('that several regions share is told once for all of them', () => {
    const regions = ['eu-west-1', 'us-east-1', 'eu-north-1'];
    const failures = regions.map((region) => aFailure(`no rights in ${region}`, { region }));
    const text = textOf(aResult(failures, { outcome: 'failed', exit_code: 78 }));
    expect(text).toContain('✗  copy eu-west-1, copy us-east-1, copy eu-north-1: no rights in <region>\n');
    expect(text.match(/no rights/g)).toHaveLength(1);
  });

  it('among very many is told for ten of them', () => {
    const failures = Array.from({ length: 25 }, (_, at) => aFailure(`reason ${at}`));
    const text = textOf(aResult(failures, { outcome: 'failed', exit_code: 75 }));
    expect(text.match(/reason \d+/g)).toHaveLength(10);
    expect(text).toContain('✗  15 slices more failed; --json tells why\n');
  });

  it('before any slice is the verdict', () => {
    const error = { name: 'StoreError', message: 'no such bucket', recovery: 'fix-config' } as const;
    const text = textOf(aResult([], { outcome: 'failed', exit_code: 78, error }));
    expect(text).toMatch(/^✗ {2}failed before any slice: no such bucket; exit code 78\n→ {2}correct/);
  });

  it.each([64, 65, 70, 75, 78, 130, 143] as const)('of exit code %i says what to do next', (exit_code) => {
    const text = textOf(aResult([aFailure('x')], { outcome: 'failed', exit_code }));
    expect(text).toMatch(/\n→ {2}\S/);
  });
});

describe('a dry run', () => {
  it('shows what would change, month by month, and that nothing was written', async () => {
    const store = new MemoryStore();
    await pullOnce([aSummary({ day: '2026-10-31' })], { store, now: Date.UTC(2026, 10, 2, 3) });
    const result = await pullOnce(
      [aSummary({ day: '2026-10-31', Count: 2 }), aSummary({ day: '2026-11-01' })],
      { store, dryRun: true, slice: aSlice(), now: Date.UTC(2026, 10, 2, 4) },
    );
    const text = textOf(result);
    expect(text).not.toContain('days written');
    expect(text).toContain(`
would    kind  region     month    days  added  changed  removed
replace  copy  eu-west-1  2026-10     1      0        1        0
create   copy  eu-west-1  2026-11     1      1        0        0
`);
    expect(text).toMatch(/ok: 1 of 1 slice in .* s; nothing was written\n$/);
    expect(textOf(await pullOnce([aSummary()], { dryRun: true, store: await stored() }))).toContain(
      '1 month would stay as it is\n',
    );
  });
});

async function stored(): Promise<MemoryStore> {
  const store = new MemoryStore();
  await pullOnce([aSummary()], { store, now: Date.UTC(2026, 10, 23, 2) });
  return store;
}
