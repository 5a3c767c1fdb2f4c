import { BackupClient } from '@aws-sdk/client-backup';
import { S3Client } from '@aws-sdk/client-s3';
import { LedgerError } from '../src/errors.ts';

// Which Node the next SDK will need is for us to follow; a log of JSON lines is no place to say it.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

/** How long AWS may take, in milliseconds. */
export interface Timeouts {
  readonly connect: number;
  /** Until an answer begins, and between two pieces of it. */
  readonly answer: number;
}

export const defaultTimeouts: Timeouts = { connect: 5_000, answer: 60_000 };

/** Without these the SDK waits for ever, and with `requestTimeout` alone it only warns. */
function common(timeouts: Timeouts) {
  return {
    // One retry layer: ours.
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: timeouts.connect,
      requestTimeout: timeouts.answer,
      socketTimeout: timeouts.answer,
      throwOnRequestTimeout: true,
    },
  };
}

/** The region AWS's own configuration names (environment, profile). Throws `LedgerError` when there is none. */
export async function sdkRegion(): Promise<string> {
  const client = new BackupClient({});
  try {
    return await client.config.region();
  } catch (cause) {
    throw new LedgerError(
      'fix-config',
      'no AWS Region: give --region, or set AWS_REGION or a profile with a region',
      {
        cause,
      },
    );
  } finally {
    client.destroy();
  }
}

export interface BackupClients {
  in(region: string): BackupClient;
  close(): void;
}

/** One client per region, made when first asked for. */
export function backupClients(timeouts: Timeouts): BackupClients {
  const clients = new Map<string, BackupClient>();
  return {
    in(region) {
      const client = clients.get(region) ?? new BackupClient({ region, ...common(timeouts) });
      clients.set(region, client);
      return client;
    },
    close: () => clients.forEach((client) => client.destroy()),
  };
}

export function s3Client(region: string, pathStyle: boolean, timeouts: Timeouts): S3Client {
  return new S3Client({
    region,
    forcePathStyle: pathStyle,
    followRegionRedirects: true,
    ...common(timeouts),
  });
}
