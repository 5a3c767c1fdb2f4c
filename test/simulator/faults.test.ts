import { describe, expect, it } from 'vitest';
import type { Fault, Simulator } from '../../src/simulator/index.ts';
import { askCopy, canonical, fetchText, readAll, REGION, sum, withSimulator } from './asking.ts';

interface Row {
  readonly Count?: number;
  readonly State?: string;
}

async function pageOf(
  simulator: Simulator,
  query: Readonly<Record<string, string>> = {},
): Promise<{ readonly CopyJobSummaries: Row[]; readonly NextToken?: string }> {
  const response = await fetchText(simulator, { MaxResults: '20', ...query });
  return (await response.json()) as { CopyJobSummaries: Row[]; NextToken?: string };
}

/** The first two pages, and the same without faults. */
async function twoPages(simulator: Simulator, faults: readonly Fault[]) {
  const [clean1, clean2] = await pagesOf(simulator);
  simulator.setFaults(faults);
  const [page1, page2] = await pagesOf(simulator);
  return { clean1: clean1!, clean2: clean2!, page1: page1!, page2: page2! };
}

async function pagesOf(simulator: Simulator) {
  const first = await pageOf(simulator);
  return [first, await pageOf(simulator, { NextToken: first.NextToken! })];
}

describe('an error fault', () => {
  it.each([
    [{ fault: 'throttling' }, 'ThrottlingException', 400],
    [{ fault: 'unavailable' }, 'ServiceUnavailableException', 500],
    [{ fault: 'unavailable', status: 503 }, 'ServiceUnavailableException', 503],
    [{ fault: 'access-denied' }, 'AccessDeniedException', 403],
    [{ fault: 'unrecognized-client' }, 'UnrecognizedClientException', 403],
    [{ fault: 'error', status: 409, code: 'ConflictException' }, 'ConflictException', 409],
    [{ fault: 'html' }, 'SyntaxError', 200],
    [{ fault: 'html', status: 503 }, 'SyntaxError', 503],
    [{ fault: 'truncated-json' }, 'SyntaxError', 200],
  ] as [Fault, string, number][])('%o reaches the SDK as %s %i', async (fault, name, httpStatusCode) => {
    await withSimulator({ faults: [fault] }, async (simulator) => {
      await expect(askCopy(simulator)).rejects.toMatchObject({ name, $metadata: { httpStatusCode } });
      expect(simulator.requests.byFault).toEqual({ [fault.fault]: 1 });
    });
  });

  it('names itself in header and body', async () => {
    await withSimulator({ faults: [{ fault: 'throttling', retryAfterSeconds: 3 }] }, async (simulator) => {
      const response = await fetchText(simulator);
      expect(response.headers.get('x-amzn-errortype')).toBe('ThrottlingException');
      expect(response.headers.get('retry-after')).toBe('3');
      expect(await response.json()).toMatchObject({
        __type: 'ThrottlingException',
        Message: 'Rate exceeded',
      });
    });
  });

  it('expires the next token once', async () => {
    await withSimulator({}, async (simulator) => {
      const { NextToken } = await askCopy(simulator, { MaxResults: 10 });
      simulator.setFaults([{ fault: 'expired-token' }]);
      await askCopy(simulator, { MaxResults: 10 });
      await expect(askCopy(simulator, { NextToken })).rejects.toMatchObject({
        name: 'InvalidParameterValueException',
      });
      await askCopy(simulator, { NextToken });
      expect(simulator.faults()).toEqual([]);
    });
  });

  it('limits the rate of one region', async () => {
    await withSimulator(
      { faults: [{ fault: 'rate-limit', perSecond: 0.5, burst: 3 }] },
      async (simulator) => {
        const burst = await Promise.all([1, 2, 3, 4, 5].map(() => fetchText(simulator)));
        expect(burst.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(3);
        expect((await fetchText(simulator, {}, { region: 'us-east-1' })).status).toBe(200);
        await expect.poll(async () => (await fetchText(simulator)).status, { timeout: 10_000 }).toBe(200);
      },
    );
  });
});

describe('a broken transfer', () => {
  it.each(['reset', 'truncated-body'] as const)('by %s fails', async (fault) => {
    await withSimulator({ faults: [{ fault, times: 1 }] }, async (simulator) => {
      await expect(fetchText(simulator).then((response) => response.text())).rejects.toThrow(
        /fetch failed|terminated/,
      );
      expect((await askCopy(simulator)).CopyJobSummaries).toHaveLength(500);
    });
  });

  it.each(['hang', 'stall'] as const)('by %s never ends, and close ends it', async (fault) => {
    await withSimulator({ faults: [{ fault }] }, async (simulator) => {
      const answer = fetchText(simulator).then((response) => response.text());
      const settled = answer.then(
        () => 'answered',
        () => 'cut off',
      );
      const waited = new Promise((resolve) => setTimeout(() => resolve('waiting'), 200));
      expect(await Promise.race([settled, waited])).toBe('waiting');
      expect(simulator.requests.inFlight).toBe(1);
      await simulator.close();
      expect(await settled).toBe('cut off');
    });
  });

  it('may only be late', async () => {
    await withSimulator({ latencyMs: 50, faults: [{ fault: 'delay', ms: 150 }] }, async (simulator) => {
      const begin = performance.now();
      await fetchText(simulator);
      expect(performance.now() - begin).toBeGreaterThan(190);
    });
  });
});

describe('a fault is about', () => {
  const sums = { State: 'AGGREGATE_ALL' };
  const failing = { fault: 'access-denied' } as const;
  const shaping = { fault: 'missing-field', field: 'Count' } as const;

  /** Whether requests for rows, and for sums, are struck. */
  async function struck(fault: Fault): Promise<[rows: boolean, sums: boolean]> {
    const found: boolean[] = [];
    await withSimulator({ faults: [fault] }, async (simulator) => {
      for (const filters of [{}, sums]) {
        await askCopy(simulator, filters).catch(() => undefined);
        found.push((simulator.requests.recent.at(-1)?.faults.length ?? 0) > 0);
      }
    });
    return found as [boolean, boolean];
  }

  it.each([
    ['all requests when it breaks the answer', failing, true, true],
    ['requests for rows when it shapes the answer', shaping, true, false],
    ['all requests when it only delays', { fault: 'delay', ms: 1 }, true, true],
    ['requests for sums when it says so', { ...shaping, of: 'sums' }, false, true],
    ['requests for rows when it says so', { ...failing, of: 'rows' }, true, false],
    ['both when it says so', { ...shaping, of: 'both' }, true, true],
  ] as [string, Fault, boolean, boolean][])('%s', async (_what, fault, ofRows, ofSums) => {
    expect(await struck(fault)).toEqual([ofRows, ofSums]);
  });
});

describe('a page fault', () => {
  it('overlaps pages and loses nothing', async () => {
    await withSimulator({}, async (simulator) => {
      const { clean1, page1, page2 } = await twoPages(simulator, [{ fault: 'overlap', rows: 3 }]);
      expect(page1).toEqual(clean1);
      expect(page2.CopyJobSummaries.slice(0, 3)).toEqual(page1.CopyJobSummaries.slice(-3));
      const rows = await readAll(simulator, 'copy', { MaxResults: 100 });
      const truth = simulator.truth({ kind: 'copy', region: REGION });
      expect(rows.length).toBeGreaterThan(truth.length);
      expect([...new Set(canonical(rows))]).toEqual(canonical(truth));
    });
  });

  it('repeats rows with another count on a later page', async () => {
    await withSimulator({}, async (simulator) => {
      const { page1, page2 } = await twoPages(simulator, [{ fault: 'conflict-later', rows: 2 }]);
      const expected = page1.CopyJobSummaries.slice(-2).map((row) => ({ ...row, Count: row.Count! + 1 }));
      expect(page2.CopyJobSummaries.slice(0, 2)).toEqual(expected);
    });
  });

  it('contradicts itself on one page', async () => {
    await withSimulator({}, async (simulator) => {
      const { clean1, page1 } = await twoPages(simulator, [{ fault: 'conflict-within' }]);
      const [row] = clean1.CopyJobSummaries;
      expect(page1.CopyJobSummaries).toEqual([
        ...clean1.CopyJobSummaries,
        { ...row, Count: row!.Count! + 1 },
      ]);
    });
  });

  it('counts wrongly', async () => {
    await withSimulator({}, async (simulator) => {
      const { clean1, page1 } = await twoPages(simulator, [{ fault: 'miscount', by: 5, rows: 2 }]);
      const wrong = clean1.CopyJobSummaries.map((row, index) => ({
        ...row,
        Count: row.Count! + (index < 2 ? 5 : 0),
      }));
      expect(page1.CopyJobSummaries).toEqual(wrong);
    });
  });

  it('repeats a token for ever', async () => {
    await withSimulator({ faults: [{ fault: 'repeated-token' }] }, async (simulator) => {
      const [page1, page2] = await pagesOf(simulator);
      expect(page2!.NextToken).toBe(page1!.NextToken);
    });
  });

  it('shuffles the rows of a page', async () => {
    await withSimulator({}, async (simulator) => {
      const { clean1, page1 } = await twoPages(simulator, [{ fault: 'shuffle' }]);
      expect(page1.CopyJobSummaries).not.toEqual(clean1.CopyJobSummaries);
      expect(canonical(page1.CopyJobSummaries)).toEqual(canonical(clean1.CopyJobSummaries));
    });
  });

  it('gives an empty page that goes on', async () => {
    await withSimulator({ faults: [{ fault: 'empty-page', page: 2 }] }, async (simulator) => {
      const [, page2] = await pagesOf(simulator);
      expect(page2!.CopyJobSummaries).toEqual([]);
      expect(await readAll(simulator, 'copy', { MaxResults: 300 })).toHaveLength(
        simulator.truth({ kind: 'copy', region: REGION }).length,
      );
    });
  });

  it('changes fields', async () => {
    const faults: Fault[] = [
      { fault: 'unknown-state', rows: 2 },
      { fault: 'missing-field' },
      { fault: 'unknown-field', field: 'Vault', value: { Name: 'v' }, rows: 20 },
    ];
    await withSimulator({ faults }, async (simulator) => {
      const { CopyJobSummaries: rows } = await pageOf(simulator);
      expect(rows.map(({ State }) => State).slice(0, 3)).toEqual([
        'TELEPORTED',
        'TELEPORTED',
        expect.not.stringMatching('TELE'),
      ]);
      expect(rows[0]).not.toHaveProperty('Count');
      expect(rows.every((row) => 'Vault' in row)).toBe(true);
    });
  });

  it.each<[string, Fault & { fault: 'raw' }]>([
    ['text', { fault: 'raw', items: '{"Count":NaN},{"Count":9007199254740993},{"State":"\\ud800"}' }],
    [
      'a hook',
      { fault: 'raw', items: () => '{"Count":NaN},{"Count":9007199254740993},{"State":"\\ud800"}', page: 1 },
    ],
  ])('puts %s into the page as it stands', async (_, fault) => {
    await withSimulator({ faults: [{ ...fault, replace: true }] }, async (simulator) => {
      const text = await (await fetchText(simulator)).text();
      expect(text).toContain('[{"Count":NaN},{"Count":9007199254740993},{"State":"\\ud800"}],');
    });
  });

  it('puts a list of rows before its own', async () => {
    await withSimulator({ faults: [{ fault: 'raw', items: [{ Count: -1 }, null] }] }, async (simulator) => {
      const { CopyJobSummaries: rows } = await pageOf(simulator);
      expect(rows.slice(0, 2)).toEqual([{ Count: -1 }, null]);
      expect(rows).toHaveLength(22);
    });
  });
});

describe('the scope of a fault', () => {
  it('may be a region, a kind, a page, or the next requests', async () => {
    await withSimulator({}, async (simulator) => {
      const statuses = async (fault: Fault): Promise<number[]> => {
        simulator.setFaults([fault]);
        const { NextToken } = await askToken(simulator);
        const asked = [
          fetchText(simulator),
          fetchText(simulator, {}, { region: 'us-east-1' }),
          fetchText(simulator, {}, { kind: 'backup' }),
          fetchText(simulator, { MaxResults: '10', NextToken }),
        ];
        return (await Promise.all(asked)).map(({ status }) => status);
      };
      const throttling = { fault: 'throttling' } as const;
      expect(await statuses({ ...throttling, region: 'us-east-1' })).toEqual([200, 400, 200, 200]);
      expect(await statuses({ ...throttling, kind: 'backup' })).toEqual([200, 200, 400, 200]);
      expect(await statuses({ ...throttling, page: 2 })).toEqual([200, 200, 200, 400]);
      simulator.setFaults([{ ...throttling, times: 2 }]);
      const three = [await fetchText(simulator), await fetchText(simulator), await fetchText(simulator)];
      expect(three.map(({ status }) => status)).toEqual([400, 400, 200]);
    });
  });

  it('may be a share, the same for the same seed', async () => {
    const first = await run(1);
    expect(first.filter((status) => status === 400).length).toBeGreaterThan(15);
    expect(first.filter((status) => status === 400).length).toBeLessThan(45);
    expect(await run(1)).toEqual(first);
    expect(await run(2)).not.toEqual(first);
  });

  it('ends when faults are cleared', async () => {
    await withSimulator({ faults: [{ fault: 'throttling' }] }, async (simulator) => {
      simulator.clearFaults();
      expect(sum((await askCopy(simulator)).CopyJobSummaries!)).toBeGreaterThan(0);
    });
  });
});

async function askToken(simulator: Simulator): Promise<{ readonly NextToken: string }> {
  return (await (await fetchText(simulator, { MaxResults: '10' })).json()) as { NextToken: string };
}

async function run(seed: number): Promise<number[]> {
  const statuses: number[] = [];
  await withSimulator({ seed, faults: [{ fault: 'throttling', share: 0.3 }] }, async (simulator) => {
    for (let index = 0; index < 100; index++) statuses.push((await fetchText(simulator)).status);
  });
  return statuses;
}
