import { lookup } from 'node:dns/promises';
import { REGION_PATTERN } from '../../domain/slice.ts';
import { IS_REGION_RIGHT, RequestError } from '../../errors.ts';
import { chainOf } from './errors.ts';

/** A region that is there, to tell a wrong name from a network without names. */
const KNOWN_REGION = 'us-east-1';

/** How regions of every partition are called. Source: the `regionRegex` of the SDK's partitions. */
const IN_A_PARTITION =
  /^(?:(?:us|eu|ap|sa|ca|me|af|il|mx|cn|eusc-de|us-gov|us-iso|us-isob|us-isof|eu-isoe)-\w+-\d+)$/;

/** An endpoint of AWS's own, and its region. Source: the DNS suffixes of the SDK's partitions. */
const AWS_HOST =
  /\.([a-z0-9-]+)(?:\.vpce)?\.(?:amazonaws\.(?:com|com\.cn|eu)|api\.(?:aws|amazonwebservices\.com\.cn))$/;

type Resolve = (hostname: string) => Promise<unknown>;

/**
 * What a name that is not found means: `RequestError` for the operator when it is the region's that nobody knows, because no
 * region is called so, or because the same endpoint of another region is found; else undefined, and the network is to blame.
 */
export async function unknownRegion(
  error: unknown,
  resolve: Resolve = lookup,
): Promise<RequestError | undefined> {
  const { code, hostname } = notResolved(error);
  const [, region = ''] = AWS_HOST.exec(hostname) ?? [];
  if (!REGION_PATTERN.test(region)) return undefined;
  const other = hostname.replace(`.${region}.`, `.${KNOWN_REGION}.`);
  const isKnown = IN_A_PARTITION.test(region);
  // What asks to be tried again proves nothing about a region that may be there.
  if (isKnown && (code !== 'ENOTFOUND' || !(await isFound(other, resolve)))) return undefined;
  const seen = isKnown ? `${hostname} does not exist, and ${other} does` : `${hostname} is not found`;
  return new RequestError('fix-config', `${seen}: ${IS_REGION_RIGHT} Got ${region}`, {
    cause: error,
  });
}

/** The code of an error of ours: a proxy that looks up names, and does not say what it found. */
export const PROXY_REFUSED = 'PROXY_REFUSED';

/** Node's two codes for a name without an address, and what may be one. */
const NOT_RESOLVED: readonly unknown[] = ['ENOTFOUND', 'EAI_AGAIN', PROXY_REFUSED];

function notResolved(error: unknown): { readonly code: unknown; readonly hostname: string } {
  const { code, hostname } = chainOf(error).find((found) => NOT_RESOLVED.includes(found['code'])) ?? {};
  return { code, hostname: typeof hostname === 'string' ? hostname : '' };
}

async function isFound(hostname: string, resolve: Resolve): Promise<boolean> {
  return resolve(hostname).then(
    () => true,
    () => false,
  );
}
