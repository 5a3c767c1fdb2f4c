import { paginateListCopyJobSummaries } from '@aws-sdk/client-backup';
import { describe, expect, it } from 'vitest';
import { kindNames } from '../../schemas/kinds.ts';
import {
  askCopy,
  canonical,
  clientOf,
  DAY,
  everything,
  fetchText,
  readAll,
  REGION,
  withSimulator,
} from './asking.ts';

describe('paging', () => {
  it.each(kindNames)('reads every %s row exactly once', async (kind) => {
    await withSimulator({}, async (simulator) => {
      const AggregationPeriod = kind === 'scan' ? 'FOURTEEN_DAYS' : 'ONE_DAY';
      const rows = await readAll(simulator, kind, { MaxResults: 77, AggregationPeriod });
      expect(canonical(rows)).toEqual(canonical(simulator.truth({ kind, region: REGION })));
      expect(new Set(canonical(rows)).size).toBe(rows.length);
      expect(Math.abs(rows.length - 1000)).toBeLessThan(50);
    });
  });

  it('serves the paginator of the SDK', async () => {
    await withSimulator({}, async (simulator) => {
      let pages = 0;
      const paginator = paginateListCopyJobSummaries(
        { client: clientOf(simulator), pageSize: 100 },
        { ...everything },
      );
      for await (const page of paginator) pages += page.CopyJobSummaries ? 1 : 0;
      expect(pages).toBe(Math.ceil(simulator.truth({ kind: 'copy', region: REGION }).length / 100));
    });
  });

  it.each([
    ['another filter', { State: 'COMPLETED' }],
    ['another period', { AggregationPeriod: 'SEVEN_DAYS' }],
    ['a forged token', { NextToken: 'Zm9yZ2Vk' }],
  ] as const)('refuses a token used with %s', async (_, change) => {
    await withSimulator({}, async (simulator) => {
      const { NextToken } = await askCopy(simulator, { MaxResults: 10 });
      await expect(askCopy(simulator, { NextToken, ...change })).rejects.toMatchObject({
        name: 'InvalidParameterValueException',
        $metadata: { httpStatusCode: 400 },
      });
    });
  });

  it('refuses a token in another region', async () => {
    await withSimulator({}, async (simulator) => {
      const { NextToken } = (await (await fetchText(simulator, { MaxResults: '10' })).json()) as {
        NextToken: string;
      };
      expect((await fetchText(simulator, { NextToken })).status).toBe(200);
      expect((await fetchText(simulator, { NextToken }, { region: 'us-west-2' })).status).toBe(400);
      expect((await fetchText(simulator, { NextToken }, { kind: 'backup' })).status).toBe(400);
    });
  });

  it.each([0, 501, -1])('refuses MaxResults %i', async (MaxResults) => {
    await withSimulator({}, async (simulator) => {
      await expect(askCopy(simulator, { MaxResults })).rejects.toMatchObject({
        name: 'InvalidParameterValueException',
      });
    });
  });

  it.each([1, 500])('answers MaxResults %i', async (MaxResults) => {
    await withSimulator({}, async (simulator) => {
      const page = await askCopy(simulator, { MaxResults });
      expect(page.CopyJobSummaries).toHaveLength(MaxResults);
      expect(page.AggregationPeriod).toBe('ONE_DAY');
    });
  });

  it('keeps a paging sequence whole while the clock moves', async () => {
    await withSimulator({ world: { showToday: true } }, async (simulator) => {
      const before = simulator.truth({ kind: 'copy', region: REGION });
      const first = await askCopy(simulator, { MaxResults: 500 });
      simulator.clock.advance(5 * DAY);
      simulator.world.set({ zeroRows: true });
      const rows = [...first.CopyJobSummaries!];
      for (let token = first.NextToken; token !== undefined;) {
        const page = await askCopy(simulator, { MaxResults: 500, NextToken: token });
        rows.push(...page.CopyJobSummaries!);
        token = page.NextToken;
      }
      expect(canonical(rows)).toEqual(canonical(before));
    });
  });

  it('tears a paging sequence where counts move', async () => {
    await withSimulator({ world: { countsMove: true } }, async (simulator) => {
      const { NextToken } = await askCopy(simulator, { MaxResults: 500 });
      simulator.clock.advance(5 * DAY);
      const page = await askCopy(simulator, { MaxResults: 500, NextToken });
      const now = simulator.truth({ kind: 'copy', region: REGION }).slice(500, 1000);
      expect(canonical(page.CopyJobSummaries!)).toEqual(canonical(now));
    });
  });
});

async function read(seed: number): Promise<string> {
  let text = '';
  await withSimulator({ seed, churn: 0.3 }, async (simulator) => {
    text = await (await fetchText(simulator, { MaxResults: '300' })).text();
  });
  return text;
}

describe('the same seed', () => {
  it('gives the same bytes', async () => {
    expect(await read(7)).toBe(await read(7));
    expect(await read(7)).not.toBe(await read(8));
  });
});
