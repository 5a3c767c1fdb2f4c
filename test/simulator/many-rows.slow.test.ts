import { describe, expect, it } from 'vitest';
import { askCopy, fetchText, withSimulator } from './asking.ts';

describe('many rows', () => {
  it('are paged through, all of them, once: 200,000', async () => {
    await withSimulator({ summaries: 200_000 }, async (simulator) => {
      let rows = 0;
      let token: string | undefined;
      const seen = new Set<string>();
      do {
        const response = await fetchText(simulator, {
          MaxResults: '500',
          ...(token && { NextToken: token }),
        });
        const page = (await response.json()) as {
          CopyJobSummaries: { AccountId: string }[];
          NextToken?: string;
        };
        rows += page.CopyJobSummaries.length;
        for (const row of page.CopyJobSummaries) seen.add(row.AccountId);
        token = page.NextToken;
      } while (token !== undefined);
      expect(Math.abs(rows - 200_000)).toBeLessThan(4000);
      expect(seen.size).toBe(simulator.accounts.length);
    });
  });

  it('are counted once, and then paged through: a million', async () => {
    await withSimulator({ summaries: 1_000_000 }, async (simulator) => {
      let token: string | undefined;
      for (let page = 0; page < 100; page++) {
        token = (await askCopy(simulator, { MaxResults: 500, NextToken: token })).NextToken;
        expect(token).toBeDefined();
      }
    });
  });
});
