import { createJobSource } from '../../src/adapters/aws/backup-jobs.ts';
import { createSummarySource, type SummarySourceOptions } from '../../src/adapters/aws/backup.ts';
import { createLimit, createPace, type Pace } from '../../src/adapters/aws/pace.ts';
import type { SliceChoice } from '../../src/config/slice-choice.ts';
import type { Slice } from '../../src/domain/slice.ts';
import type { JobListRequest, PageSource, RequestHooks, SummarySource } from '../../src/ports.ts';
import { backupClients } from './backup-clients.ts';
import type { Timeouts } from './client-options.ts';
import { installedVersion, packageInfo } from './package-info.ts';

/** What sends the requests and hands the pages on. */
const BACKUP_SDK = '@aws-sdk/client-backup';

/** How a configuration wants AWS Backup to be asked. */
export interface SourcesConfig extends Pick<SliceChoice, 'roleOf'> {
  readonly 'assume-role': string | undefined;
  readonly 'page-size': number;
  readonly 'max-rate': number | undefined;
}

export interface SourcesOptions extends Pick<SummarySourceOptions, 'retry' | 'signal'> {
  readonly timeouts: Timeouts;
}

export interface Sources {
  openSource(slice: Slice, hooks: RequestHooks): SummarySource;
  openJobs(slice: Slice, request: JobListRequest, hooks: RequestHooks): PageSource;
  close(): void;
}

/** Opens AWS Backup, slice by slice: with a client of its region and role, at its region's pace. */
export async function openSources(
  config: SourcesConfig,
  { timeouts, retry, signal }: SourcesOptions,
): Promise<Sources> {
  // Without roles nobody waits for the client of STS to be loaded.
  const roles =
    config['assume-role'] === undefined
      ? undefined
      : (await import('./role-credentials.ts')).openRoles(timeouts, signal);
  const clients = backupClients({ timeouts, roleOf: config.roleOf, roles });
  const paceOf = openPaces(config, signal);
  const pageSize = config['page-size'];
  const asking = (slice: Slice, hooks: RequestHooks) => {
    return { client: clients.for(slice), slice, retry, signal, pace: paceOf(slice), hooks };
  };
  return {
    openSource: (slice, hooks) => createSummarySource({ ...asking(slice, hooks), pageSize }),
    openJobs: (slice, request, hooks) => createJobSource({ ...asking(slice, hooks), request }),
    close() {
      clients.close();
      roles?.close();
    },
  };
}

const seconds = () => performance.now() / 1000;

/** AWS grants a rate to each account in each region; the limit is each region's, whoever asks. */
function openPaces(
  { roleOf, 'max-rate': perSecond }: SourcesConfig,
  signal: AbortSignal,
): (slice: Slice) => Pace {
  const limits = new Map<string, () => Promise<void>>();
  const paces = new Map<string, Pace>();

  function limitOf(region: string): (() => Promise<void>) | undefined {
    if (perSecond === undefined) return undefined;
    const limit = limits.get(region) ?? createLimit(perSecond, signal);
    limits.set(region, limit);
    return limit;
  }

  return (slice) => {
    const caller = JSON.stringify([slice.region, roleOf(slice)]);
    const pace = paces.get(caller) ?? createPace({ signal, seconds }, limitOf(slice.region));
    paces.set(caller, pace);
    return pace;
  };
}

/** Versions of what has a say in what is read: name → version. */
export function versions(): Record<string, string> {
  const { name, version } = packageInfo();
  return { [name]: version, [BACKUP_SDK]: installedVersion(BACKUP_SDK), node: process.version };
}
