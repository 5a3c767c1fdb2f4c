import type { VerifyResult } from '../../schemas/verify-result.ts';
import type { VerifyConfig } from '../../src/config/commands.ts';
import { verifyLedger } from '../../src/verify/verify.ts';
import { lazyCodec } from '../world/ledger.ts';
import { wantsProgress } from '../world/log.ts';
import { withSession } from '../world/session.ts';
import { display } from '../world/output.ts';

/** Verifies a ledger as the command line does. */
export function verify(config: VerifyConfig, interrupted: AbortSignal): Promise<VerifyResult> {
  return withSession(config, interrupted, async ({ clock, signal, closing, openLedger }) => {
    const ledger = await openLedger(config);
    const progress = wantsProgress(config) ? await openProgress(clock.now) : undefined;
    closing(() => progress?.stop());
    return verifyLedger(
      { maxAgeMs: config['max-age'], since: config.since, raw: config.raw },
      {
        store: ledger.open(signal),
        codec: lazyCodec(),
        clock,
        signal,
        report: (count) => progress?.report(count),
      },
    );
  });
}

async function openProgress(now: () => number) {
  const { createCountProgress } = await import('../../src/adapters/terminal/count-progress.ts');
  return createCountProgress({ stream: display, now });
}
