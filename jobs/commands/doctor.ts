import { rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { GlueClient } from '@aws-sdk/client-glue';
import { STSClient } from '@aws-sdk/client-sts';
import {
  DOCTOR_VERSION,
  type Check,
  type DoctorResult,
  type Observation,
} from '../../schemas/doctor-result.ts';
import { callerIdentity } from '../../src/adapters/aws/sts.ts';
import { naming } from '../../src/adapters/folder/errors.ts';
import { isThere } from '../../src/adapters/folder/paths.ts';
import { createFileStore } from '../../src/adapters/folder/store.ts';
import { createGlueCatalog } from '../../src/adapters/aws/glue.ts';
import { createRetry } from '../../src/adapters/aws/retry.ts';
import type { DoctorConfig } from '../../src/config/commands.ts';
import { examine } from '../../src/doctor/doctor.ts';
import type { DoctorWorld } from '../../src/doctor/checks.ts';
import { exitCodes } from '../../src/errors.ts';
import type { InspectedStore } from '../../src/ports.ts';
import { openAthena } from '../world/athena.ts';
import { clientOptions, defaultTimeouts } from '../world/client-options.ts';
import { openS3Ledger } from '../world/ledger.ts';
import { packageInfo } from '../world/package-info.ts';
import { findRegions } from '../world/regions.ts';
import { type Session, withSession } from '../world/session.ts';
import { sdkRegion } from '../world/sdk-region.ts';
import { openSources, versions } from '../world/sources.ts';

const FIRST_REGION = 'us-east-1';

/** Examines as the command line does; each check is told as it is done. */
export function doctor(
  config: DoctorConfig,
  tell: (check: Check) => void,
  interrupted: AbortSignal,
): Promise<DoctorResult> {
  return withSession(config, interrupted, async (session) => {
    const checks: Check[] = [];
    const observations: Observation[] = [];
    for await (const finding of examine(await openDoctorWorld(config, session))) {
      if ('observation' in finding) observations.push(finding.observation);
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

async function openDoctorWorld(
  config: DoctorConfig,
  { clock, signal, closing }: Session,
): Promise<DoctorWorld> {
  const retry = createRetry({ maxAttempts: config['max-attempts'], signal, now: clock.now });
  const region = await sdkRegion().catch(() => undefined);
  const options = clientOptions(defaultTimeouts);
  const home = region ?? (Array.isArray(config.regions) ? config.regions[0] : undefined) ?? FIRST_REGION;
  const sts = new STSClient({ region: home, ...options });
  const sources = await openSources(config, { timeouts: defaultTimeouts, retry, signal });
  const glue = new GlueClient({ region: home, ...options });
  const { ledger, database } = config;
  const wanted = packageInfo().engines.node;
  closing(() => {
    sts.destroy();
    glue.destroy();
    sources.close();
  });
  return {
    clock,
    signal,
    node: { version: process.version, wanted, isRecent: isRecent(process.version, wanted) },
    identify: () => callerIdentity(sts, retry, signal),
    findSlices: async () => config.slicesIn(await findRegions(config, signal)),
    openSource: (slice, hooks) => sources.openSource(slice, hooks),
    maxPages: config['max-pages'],
    concurrency: config.concurrency,
    isOnS3: ledger.type === 's3',
    bucketOwner: config['expected-bucket-owner'],
    kmsKey: config['kms-key'],
    store: async () =>
      ledger.type === 's3'
        ? (await openS3Ledger({ ...config, ledger }, { clock, signal }, home)).open(signal)
        : folderStore(ledger.path, signal),
    ...(ledger.type === 's3' && {
      catalog: { open: async () => createGlueCatalog({ client: glue, retry, signal }), database },
      engine: () => openAthena(config, { clock, signal }),
    }),
  };
}

/** Whether a version is what package.json wants, such as `>=20.19`. */
function isRecent(version: string, wanted: string): boolean {
  const [[major, minor], [oldest, least]] = [numbersIn(version), numbersIn(wanted)];
  return major > oldest || (major === oldest && minor >= least);
}

function numbersIn(version: string): [major: number, minor: number] {
  const [, major, minor] = /(\d+)\.(\d+)/.exec(version) ?? [];
  return [Number(major), Number(minor)];
}

async function folderStore(root: string, signal: AbortSignal): Promise<InspectedStore | undefined> {
  if (!(await naming('read', root, () => isThere(root)))) return undefined;
  const store = createFileStore({ root, signal });
  return {
    get: (key) => store.get(key),
    range: (key, start, end) => store.range(key, start, end),
    put: (key, bytes, condition) => store.put(key, bytes, condition),
    list: (prefix, options) => store.list(prefix, options),
    async remove(key) {
      await rm(join(root, key), { force: true });
      await rmdir(join(root, dirname(key))).catch(() => undefined);
    },
    isVersioned: async () => undefined,
    encryption: async () => undefined,
  };
}
