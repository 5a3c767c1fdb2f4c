import { describe, expect, it } from 'vitest';
import {
  BadDataError,
  NewDimensionError,
  PaginationLoopError,
  RequestError,
  TokenRefusedError,
  TooManyPagesError,
} from '../../src/errors.ts';
import { eachRow } from '../../src/domain/row.ts';
import type { SummarySource } from '../../src/ports.ts';
import { MAX_RESTARTS, type Reading, type ReadOptions, readSlice } from '../../src/read/read-slice.ts';
import { aDocument, aScript, aSlice, aSource, aSummary, OBSERVED_AT } from '../fixtures/builders.ts';

interface Read {
  /** What came of it, or the last attempt where it failed. */
  readonly reading: Reading;
  readonly error: unknown;
  readonly attempts: readonly Reading[];
  readonly pages: readonly (readonly [page: number, rows: number])[];
  readonly restarts: readonly string[];
}

async function read(source: SummarySource, options: Partial<ReadOptions> = {}): Promise<Read> {
  const attempts: Reading[] = [];
  const pages: [number, number][] = [];
  const restarts: string[] = [];
  let error: unknown;
  let ticks = 0;
  await readSlice({
    slice: aSlice(),
    source,
    maxPages: 100,
    maxRejects: 0,
    clock: { now: () => OBSERVED_AT + ticks++ },
    onAttempt: (reading) => attempts.push(reading),
    onPage: (page, rows) => pages.push([page, rows]),
    onRestart: (reason) => restarts.push(reason),
    ...options,
  }).catch((thrown: unknown) => {
    error = thrown;
  });
  const reading = attempts.at(-1);
  if (!reading) throw new Error('no attempt was made');
  return { reading, error, attempts, pages, restarts };
}

/** A source of one page. */
function onePage(...summaries: readonly unknown[]): SummarySource {
  return aSource([summaries]);
}

describe('reading a slice', () => {
  it('follows the tokens to the last page', async () => {
    const source = aScript(
      aDocument([aSummary({ State: 'FAILED' })], 'two'),
      aDocument([aSummary(), aSummary({ State: 'RUNNING' })], 'three'),
      aDocument([aSummary({ State: 'ABORTED' })]),
    );
    const { reading, error, pages } = await read(source);
    expect(error).toBeUndefined();
    expect(source.tokens).toEqual([undefined, 'two', 'three']);
    expect([...eachRow(reading.rows())].map((row) => row.state)).toEqual([
      'FAILED',
      'COMPLETED',
      'RUNNING',
      'ABORTED',
    ]);
    expect(pages).toEqual([
      [1, 1],
      [2, 2],
      [3, 1],
    ]);
  });

  it('goes on after an empty page with a token', async () => {
    const { reading } = await read(
      aScript(aDocument([], 'two'), aDocument([], 'three'), aDocument([aSummary()])),
    );
    expect(reading).toMatchObject({ pages: 3, books: { received: 1, kept: 1 } });
  });

  it('is complete although nothing came', async () => {
    const { reading, error } = await read(onePage());
    expect(error).toBeUndefined();
    expect(reading).toMatchObject({ pages: 1, books: { received: 0, kept: 0 } });
  });

  it('stamps every row with the instant before the first request', async () => {
    const { reading } = await read(aSource([[aSummary()], [aSummary({ State: 'FAILED' })]]));
    expect(reading.observedAt).toBe(OBSERVED_AT);
    expect([...eachRow(reading.rows())].map((row) => row.observed_at)).toEqual([OBSERVED_AT, OBSERVED_AT]);
  });

  it('passes on what the source throws', async () => {
    const refused = new RequestError('fix-config', 'AccessDenied');
    const { error, reading } = await read(aScript(aDocument([aSummary()], 'two'), refused));
    expect(error).toBe(refused);
    expect(reading.pages).toBe(1);
  });

  it('fails for a page of another shape', async () => {
    const { error } = await read(aScript({ CopyJobSummaries: 'none' }));
    expect(error).toBeInstanceOf(BadDataError);
  });
});

describe('a page of a hundred thousand rows', () => {
  const page = Array.from({ length: 100_000 }, (_, index) =>
    aSummary({ MessageCategory: `reason ${index}` }),
  );

  it('is read whole', async () => {
    const { reading } = await read(onePage(...page));
    expect(reading.books).toMatchObject({ received: 100_000, kept: 100_000 });
  });

  it('is left in the middle when the pull is stopped', async () => {
    const stopping = new AbortController();
    const reason = new Error('stopped');
    setTimeout(() => stopping.abort(reason), 1);
    const { reading, error } = await read(onePage(...page), { signal: stopping.signal });
    expect(error).toBe(reason);
    expect(reading.books.received).toBeLessThan(100_000);
  });
});

describe('the books', () => {
  const foreign = aSummary({ Region: 'us-east-1' });
  const reject = aSummary({ Count: -1 });

  it('balance: received = kept + duplicates + conflicts + rejected + foreign', async () => {
    const pages = [
      [aSummary(), aSummary({ State: 'FAILED' }), foreign, reject, 'odd'],
      [aSummary(), aSummary({ State: 'FAILED', Count: 4 }), foreign],
      [aSummary({ State: 'FAILED', Count: 4 }), foreign, reject],
    ];
    const { reading } = await read(aSource(pages), { maxRejects: 3 });
    expect(reading.books).toEqual({
      received: 11,
      kept: 2,
      duplicates: 2,
      conflicts: 1,
      rejected: 3,
      foreign: 3,
    });
    expect([...eachRow(reading.rows())]).toHaveLength(2);
  });

  it('are those of the attempt that was completed', async () => {
    const source = aScript(
      aDocument([aSummary(), aSummary({ State: 'FAILED' })], 'two'),
      new TokenRefusedError('expired'),
      aDocument([aSummary()]),
    );
    expect((await read(source)).reading.books).toMatchObject({ received: 1, kept: 1, duplicates: 0 });
  });

  it('count rows of another value than the one filtered for with them, warn, and do not keep them', async () => {
    const slice = aSlice({ scope: '111111111111', filters: { AccountId: '111111111111', State: 'FAILED' } });
    const own = { AccountId: '111111111111', State: 'FAILED' };
    const unnamed = { ...aSummary({ State: 'FAILED', ResourceType: 'EC2' }), AccountId: null };
    const page = [
      aSummary(own),
      unnamed,
      aSummary({ ...own, State: 'COMPLETED' }),
      aSummary({ ...own, AccountId: '222222222222' }),
    ];
    const { reading } = await read(onePage(...page), { slice });
    expect(reading.books).toMatchObject({ received: 4, kept: 2, foreign: 2 });
    expect(new Set(Array.from(eachRow(reading.rows()), (row) => row.account_id))).toEqual(
      new Set(['111111111111']),
    );
    expect(reading.warnings).toEqual([
      expect.stringMatching(/2 rows that were not asked for.*AccountId.*State/),
    ]);
  });

  it('take another spelling of a category for the one filtered for', async () => {
    const slice = aSlice({ filters: { MessageCategory: 'ACCESS_DENIED' } });
    const page = [aSummary({ MessageCategory: 'AccessDenied' }), aSummary({ MessageCategory: 'SUCCESS' })];
    const { reading } = await read(onePage(...page), { slice });
    expect(reading.books).toMatchObject({ kept: 1, foreign: 1 });
  });

  it('count rows of another region as foreign, warn, and do not keep them', async () => {
    const { reading } = await read(onePage(foreign, aSummary({ Region: 'ap-south-1' }), foreign, aSummary()));
    expect([...eachRow(reading.rows())].map((row) => row.region)).toEqual(['eu-west-1']);
    expect(reading.warnings).toEqual([
      "eu-west-1's endpoint sent 3 rows of other regions, not stored here: " +
        'add --region ap-south-1, --region us-east-1',
    ]);
  });

  it('warn of fields this version does not know, once each', async () => {
    const summaries = [aSummary({ Vault: 'a' }), aSummary({ State: 'FAILED', Vault: 'b', Tier: 1 })];
    expect((await read(onePage(...summaries))).reading.warnings).toEqual([
      'AWS sent fields this version does not know: Tier, Vault',
    ]);
  });

  it('have nothing to warn of on a good day', async () => {
    expect((await read(onePage(aSummary()))).reading.warnings).toEqual([]);
  });
});

describe('a token that comes again', () => {
  it.each([
    ['at once', [aDocument([], 'a'), aDocument([], 'a')], 2],
    ['after others', [aDocument([], 'a'), aDocument([], 'b'), aDocument([], 'a')], 3],
  ])('%s is an error, not an end', async (_when, documents, pages) => {
    const source = aScript(...documents);
    const { error } = await read(source);
    expect(error).toBeInstanceOf(PaginationLoopError);
    expect(error).toMatchObject({
      recovery: 'retry-later',
      message: expect.stringContaining(`on page ${pages}`),
    });
    expect(source.tokens).toHaveLength(pages);
  });

  it('may come again in a new attempt', async () => {
    const source = aScript(
      aDocument([], 'a'),
      new TokenRefusedError('expired'),
      aDocument([aSummary()], 'a'),
      aDocument([aSummary({ State: 'FAILED' })]),
    );
    expect(await read(source)).toMatchObject({ error: undefined, reading: { pages: 2 } });
  });
});

describe('the most pages', () => {
  const three = [[aSummary()], [aSummary()], [aSummary()]];

  it('may all be read', async () => {
    expect((await read(aSource(three), { maxPages: 3 })).error).toBeUndefined();
  });

  it('make one more page an error, not an end, and it is not asked for', async () => {
    const { error, reading } = await read(aSource(three), { maxPages: 2 });
    expect(error).toBeInstanceOf(TooManyPagesError);
    expect(error).toMatchObject({ recovery: 'fix-config' });
    expect(reading.pages).toBe(2);
  });
});

describe('a token AWS refuses', () => {
  const refused = new TokenRefusedError('the token expired');
  const start = aDocument([aSummary({ State: 'FAILED' })], 'two');

  it('makes the slice begin again from page one, as of a new instant', async () => {
    const source = aScript(start, refused, aDocument([aSummary()]));
    const { reading, attempts, restarts } = await read(source);
    expect(source.tokens).toEqual([undefined, 'two', undefined]);
    expect(restarts).toEqual(['the token expired']);
    expect(attempts.map(({ observedAt }) => observedAt)).toEqual([OBSERVED_AT, OBSERVED_AT + 1]);
    expect([...eachRow(reading.rows())]).toEqual([
      expect.objectContaining({ state: 'COMPLETED', observed_at: OBSERVED_AT + 1 }),
    ]);
  });

  it('is forgiven three times', async () => {
    const source = aScript(start, refused, start, refused, start, refused, aDocument([aSummary()]));
    const { error, restarts } = await read(source);
    expect(error).toBeUndefined();
    expect(restarts).toHaveLength(3);
  });

  it('is not forgiven a fourth time', async () => {
    const source = aScript(start, refused, start, refused, start, refused, start, refused, aDocument([]));
    const { error, restarts, attempts } = await read(source);
    expect(MAX_RESTARTS).toBe(3);
    expect(error).toBe(refused);
    expect(restarts).toHaveLength(3);
    expect(attempts).toHaveLength(4);
  });

  it('is the only error that makes it begin again', async () => {
    const source = aScript(start, new RequestError('retry-later', 'throttled'), aDocument([]));
    expect(await read(source)).toMatchObject({ restarts: [], attempts: { length: 1 } });
  });
});

describe('rejected rows', () => {
  const rejects = [aSummary({ Count: -1 }), aSummary({ StartTime: 0, Count: 1.5 })];

  it('fail the slice by default, saying where and why', async () => {
    const { error, reading } = await read(
      aSource([[aSummary()], [aSummary({ State: 'FAILED' }), ...rejects]]),
    );
    expect(error).toBeInstanceOf(BadDataError);
    expect(error).toMatchObject({
      recovery: 'fix-data',
      message: expect.stringMatching(
        /^2 of 4 rows not usable and --max-rejects allows 0: page 2, CopyJobSummaries\[1\]\.Count: expected .*Nothing of this slice was published$/,
      ),
    });
    expect(reading.books.rejected).toBe(2);
  });

  it('are tolerated up to the number given, each recorded with its page, place and reasons', async () => {
    const { error, reading } = await read(onePage(rejects[0], aSummary(), rejects[1]), { maxRejects: 2 });
    expect(error).toBeUndefined();
    expect([...eachRow(reading.rows())]).toHaveLength(1);
    expect(reading.warnings).toEqual(['2 rows rejected']);
    expect(reading.rejects).toEqual([
      { page: 1, index: 0, problems: [expect.stringMatching(/^Count: /)] },
      {
        page: 1,
        index: 2,
        problems: [expect.stringMatching(/^Count: /), expect.stringMatching(/^StartTime: /)],
      },
    ]);
  });

  it('are one too many beyond the number given', async () => {
    const { error } = await read(onePage(...rejects), { maxRejects: 1 });
    expect(error).toBeInstanceOf(BadDataError);
  });

  it('are all recorded where many are tolerated, and the first twenty where none is', async () => {
    const many = Array.from({ length: 50 }, () => aSummary({ Count: -1 }));
    expect((await read(onePage(...many), { maxRejects: 50 })).reading.rejects).toHaveLength(50);
    expect((await read(onePage(...many))).reading).toMatchObject({
      rejects: { length: 20 },
      books: { rejected: 50 },
    });
  });

  it('are judged when the last page has been read', async () => {
    const source = aScript(aDocument(rejects, 'two'), aDocument([aSummary()]));
    const { reading } = await read(source);
    expect(reading.pages).toBe(2);
  });
});

describe('two rows of one identity', () => {
  it('on one page with two counts fail the slice, whatever is tolerated', async () => {
    const { error } = await read(onePage(aSummary({ Count: 1 }), aSummary({ Count: 2 })), { maxRejects: 9 });
    expect(error).toBeInstanceOf(NewDimensionError);
    expect(error).toMatchObject({ recovery: 'fix-data' });
  });

  it('of another region do not matter: they are not stored', async () => {
    const Region = 'us-east-1';
    const { error } = await read(onePage(aSummary({ Region, Count: 1 }), aSummary({ Region, Count: 2 })));
    expect(error).toBeUndefined();
  });
});
