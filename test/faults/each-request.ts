import pMap from 'p-map';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkHealed, checkRemains, checkResult } from './checks.ts';
import { lastings, reactionTo, strikesAt } from './expectations.ts';
import { faultKindNames, type FaultKindName } from './fault-kinds.ts';
import { type Inject, type Injection, injectorAtBackup, injectorOnS3 } from './injection.ts';
import { clearOut, layOut, objectsIn } from './ledger-copies.ts';
import { type Rehearsal, rehearse, REPEATED_AFTER } from './rehearsal.ts';
import type { PulledRequest, RequestSort } from './requests.ts';
import { countFault } from './tally.ts';
import type { WhichPull } from '../fixtures/drill.ts';

/** Pulls side by side: most of a fault's time is waiting. */
const AT_ONCE = 4;

/** Faults a pull meets at least; fewer mean that the suite has gone blind. */
const LEAST = 300;

/** Fails each request of a pull in turn, in each way, once and for ever. */
export function failEachRequest(which: WhichPull, sorts: readonly RequestSort[]): void {
  describe(`each request of ${which} fails`, () => {
    let rehearsal: Rehearsal;
    let onS3: Inject;
    let atBackup: Inject;
    beforeAll(async () => {
      rehearsal = await rehearse(which);
      onS3 = injectorOnS3(rehearsal);
      atBackup = injectorAtBackup(rehearsal);
    });
    afterAll(() => rehearsal.trial.close());

    const cases = sorts.flatMap((sort) =>
      faultKindNames.filter((kind) => reactionTo(kind, sort)).map((kind) => [sort, kind] as const),
    );
    it.each(cases)('%s, %s', { timeout: 120_000 }, async (sort, kind) => {
      const requests = [...rehearsal.onS3, ...rehearsal.atBackup].filter((each) => each.sort === sort);
      const injections = injectionsOf(kind, requests);
      expect(injections.length).toBeGreaterThan(0);
      const isOnS3 = rehearsal.onS3.some((each) => each.sort === sort);
      const inject = isOnS3 ? onS3 : atBackup;
      const attempt = (injection: Injection) => survive(rehearsal, inject, injection);
      const failures = await pMap(injections, attempt, { concurrency: isOnS3 ? AT_ONCE : 1 });
      expect(failures.flat().join('\n')).toBe('');
    });

    it('meets hundreds of faults', () => {
      expect(injected).toBeGreaterThan(LEAST);
    });
  });
}

function injectionsOf(kind: FaultKindName, requests: readonly PulledRequest[]): Injection[] {
  return requests.flatMap((request) =>
    lastings.flatMap((lasting) => {
      const expected = reactionTo(kind, request.sort)?.[lasting];
      return expected ? [{ request, kind, lasting, expected }] : [];
    }),
  );
}

let injected = 0;

/** Pulls with the fault, looks, pulls again without it, looks again. Returns what was not as it should be. */
async function survive(rehearsal: Rehearsal, inject: Inject, injection: Injection): Promise<string[]> {
  const { s3, before, pull } = rehearsal;
  const { request, kind, lasting, expected } = injection;
  const folder = `run-${++injected}`;
  layOut(s3, folder, before);
  countFault('injected');
  try {
    const { result, strikes } = await inject(injection, folder);
    const remains = objectsIn(s3, folder);
    checkResult(result, injection, folder);
    expect(strikes, 'tries').toBe(strikesAt(request, lasting, expected));
    checkRemains(remains, rehearsal, expected);
    expect(await pull({ folder, later: REPEATED_AFTER })).toMatchObject({ outcome: 'ok', exit_code: 0 });
    checkHealed(objectsIn(s3, folder), remains, rehearsal);
    countFault('survived');
    return [];
  } catch (error) {
    return [`${kind} ${lasting} at ${request.name} (${request.nth} of ${request.of}): ${String(error)}`];
  } finally {
    clearOut(s3, folder);
  }
}
