import type { VerifyResult } from '../../schemas/verify-result.ts';
import type { VerifyConfig } from '../../src/config/verify-config.ts';
import { verifyLedger, type VerifyProgress } from '../../src/verify/verify.ts';
import { startDeadline } from '../world/deadline.ts';
import { lazyCodec, openLedger } from '../world/ledger.ts';
import { openClock, openLog, sayClock, showsProgress } from '../world/log.ts';

/** Verifies a ledger as the command line does: with its clock, progress display and deadline. */
export async function verify(config: VerifyConfig, interrupted: AbortSignal): Promise<VerifyResult> {
  const clock = openClock(config.now);
  sayClock(config.now, await openLog(config));
  const progress = showsProgress(config)
    ? (await import('../../src/adapters/terminal/count-progress.ts')).createCountProgress({
        stream: process.stderr,
        now: clock.now,
      })
    : undefined;
  const deadline = startDeadline(config.deadline, interrupted);
  const { signal } = deadline;
  const ledger = await openLedger(config, { clock, signal });
  try {
    const report = (counted: VerifyProgress) => progress?.report(counted);
    const world = { store: ledger.open(signal), codec: lazyCodec(), clock, signal, report };
    return await verifyLedger({ maxAgeMs: config['max-age'] }, world);
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    ledger.close();
    deadline.cancel();
    progress?.stop();
  }
}
