import { rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { GlueClient } from '@aws-sdk/client-glue';
import { OrganizationsClient } from '@aws-sdk/client-organizations';
import { STSClient } from '@aws-sdk/client-sts';
import { createGlueCatalog } from '../../src/adapters/aws/glue.ts';
import { createRetry } from '../../src/adapters/aws/retry.ts';
import { retryLostRaces } from '../../src/adapters/back-off.ts';
import { callerIdentity } from '../../src/adapters/aws/sts.ts';
import { trustedServices } from '../../src/adapters/aws/trusted-services.ts';
import { naming } from '../../src/adapters/folder/errors.ts';
import { isThere } from '../../src/adapters/folder/paths.ts';
import { createFileStore } from '../../src/adapters/folder/store.ts';
import type { DoctorConfig } from '../../src/config/commands.ts';
import type { CalibrationWorld } from '../../src/doctor/calibrate/calibrate.ts';
import type { DoctorWorld } from '../../src/doctor/checks.ts';
import type { InspectedStore } from '../../src/ports.ts';
import { openAthena } from './athena.ts';
import { clientOptions, defaultTimeouts } from './client-options.ts';
import { openS3Ledger } from './ledger.ts';
import { packageInfo } from './package-info.ts';
import { findRegions } from './regions.ts';
import { FIRST_REGION, sdkRegion } from './sdk-region.ts';
import type { Session } from './session.ts';
import { openSources } from './sources.ts';

/** Makes the clients and adapters the doctor looks through, until the session ends. */
export async function openDoctorWorld(config: DoctorConfig, session: Session): Promise<CalibrationWorld> {
  const { clock, signal, closing } = session;
  const retry = createRetry({ maxAttempts: config['max-attempts'], signal, now: clock.now });
  const home = await homeOf(config);
  const client = { region: home, ...clientOptions(defaultTimeouts) };
  const sts = new STSClient(client);
  const glue = new GlueClient(client);
  const organizations = new OrganizationsClient(client);
  const sources = await openSources(gently(config), { timeouts: defaultTimeouts, retry, signal });
  closing(() => {
    sts.destroy();
    glue.destroy();
    organizations.destroy();
    sources.close();
  });
  const { ledger, database } = config;
  return {
    clock,
    signal,
    node: nodeFacts(),
    identify: () => callerIdentity(sts, retry, signal),
    findSlices: async () => config.slicesIn(await findRegions(config, signal)),
    openSource: (slice, hooks) => sources.openSource(slice, hooks),
    openJobs: (slice, request, hooks) => sources.openJobs(slice, request, hooks),
    trustedServices: () => trustedServices({ client: organizations, retry, signal }),
    maxPages: config['max-pages'],
    concurrency: config.concurrency,
    isOnS3: ledger.type === 's3',
    bucketOwner: config['expected-bucket-owner'],
    kmsKey: config['kms-key'],
    store: () => openStore(config, session, home),
    evidence: async () => {
      const opened = await session.openLedger(config, home);
      return { store: opened.open(signal), retryLostRaces: retryLostRaces({ signal }) };
    },
    ...(ledger.type === 's3' && {
      catalog: { open: async () => createGlueCatalog({ client: glue, retry, signal }), database },
      engine: () => openAthena(config, { clock, signal }),
    }),
  };
}

/** Requests a second to each region while all jobs are listed: AWS grants 20, shared with whatever else the account does. */
const CALIBRATION_RATE = 5;

function gently(config: DoctorConfig): DoctorConfig {
  return config.calibrate ? { ...config, 'max-rate': config['max-rate'] ?? CALIBRATION_RATE } : config;
}

/** The region of what is no region's: the first one the configuration names. */
async function homeOf({ regions }: DoctorConfig): Promise<string> {
  const region = await sdkRegion().catch(() => undefined);
  return region ?? (Array.isArray(regions) ? regions[0] : undefined) ?? FIRST_REGION;
}

function nodeFacts(): DoctorWorld['node'] {
  const { version } = process;
  const wanted = packageInfo().engines.node;
  return { version, wanted, isRecent: isRecent(version, wanted) };
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

async function openStore(
  config: DoctorConfig,
  { clock, signal, closing }: Session,
  home: string,
): Promise<InspectedStore | undefined> {
  const { ledger } = config;
  if (ledger.type === 'folder') return folderStore(ledger.path, signal);
  const opened = await openS3Ledger({ ...config, ledger }, { clock, signal }, home);
  closing(() => opened.close());
  return opened.open(signal);
}

async function folderStore(root: string, signal: AbortSignal): Promise<InspectedStore | undefined> {
  if (!(await naming('read', root, () => isThere(root)))) return undefined;
  return {
    ...createFileStore({ root, signal }),
    async remove(key) {
      await rm(join(root, key), { force: true });
      await rmdir(join(root, dirname(key))).catch(() => undefined);
    },
    isVersioned: async () => undefined,
    encryption: async () => undefined,
  };
}
