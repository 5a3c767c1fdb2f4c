import type { Calibration } from '../../schemas/calibration.ts';
import {
  DOCTOR_VERSION,
  type Check,
  type DoctorResult,
  type Observation,
} from '../../schemas/doctor-result.ts';
import type { DoctorConfig } from '../../src/config/commands.ts';
import { calibrate } from '../../src/doctor/calibrate/calibrate.ts';
import { examine } from '../../src/doctor/doctor.ts';
import { exitCodes } from '../../src/errors.ts';
import { openDoctorWorld } from '../world/doctor-world.ts';
import { withSession } from '../world/session.ts';
import { versions } from '../world/sources.ts';

/** Examines as the command line does; each check is told as it is done. */
export function doctor(
  config: DoctorConfig,
  tell: (check: Check) => void,
  interrupted: AbortSignal,
): Promise<DoctorResult> {
  return withSession(config, interrupted, async (session) => {
    const checks: Check[] = [];
    const observations: Observation[] = [];
    const calibrations: Calibration[] = [];
    const world = await openDoctorWorld(config, session);
    for await (const finding of config.calibrate ? calibrate(world) : examine(world)) {
      if ('observation' in finding) observations.push(finding.observation);
      else if ('calibration' in finding) calibrations.push(finding.calibration);
      else {
        checks.push(finding.check);
        tell(finding.check);
      }
    }
    const exit_code = worstOf(checks);
    return {
      schema_version: DOCTOR_VERSION,
      outcome: exit_code === 0 ? 'ok' : 'failed',
      exit_code,
      examined_at: new Date(session.clock.now()).toISOString(),
      versions: versions(),
      checks,
      observations,
      calibrations,
    };
  });
}

/** What only time mends is for the scheduler; everything else is for the operator. */
function worstOf(checks: readonly Check[]): DoctorResult['exit_code'] {
  const failures = checks.filter(({ status }) => status === 'failed');
  if (failures.length === 0) return 0;
  return failures.every(({ recovery }) => recovery === 'retry-later')
    ? exitCodes['retry-later']
    : exitCodes['fix-config'];
}
