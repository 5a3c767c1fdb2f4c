import { lookup } from 'node:dns/promises';
import { REGION_PATTERN } from '../../domain/slice.ts';
import { RequestError } from '../../errors.ts';
import { chainOf } from './errors.ts';

/** A region that is there, to tell a wrong name from a network without names. */
const KNOWN_REGION = 'us-east-1';

/** How regions of every partition are called. Source: the `regionRegex` of the SDK's partitions. */
const IN_A_PARTITION =
  /^(?:(?:us|eu|ap|sa|ca|me|af|il|mx|cn|eusc-de|us-gov|us-iso|us-isob|us-isof|eu-isoe)-\w+-\d+)$/;

/** Endpoints of AWS's own. Source: the DNS suffixes of the SDK's partitions. */
const AWS_HOST = /\.(?:amazonaws\.(?:com|com\.cn|eu)|api\.(?:aws|amazonwebservices\.com\.cn))$/;

type Resolve = (hostname: string) => Promise<unknown>;

/**
 * What a name that is not found means: `RequestError` for the operator when it is the region's that nobody knows, because no
 * region is called so, or because the same endpoint of another region is found; else undefined, and the network is to blame.
 */
export async function unknownRegion(
  error: unknown,
  resolve: Resolve = lookup,
): Promise<RequestError | undefined> {
  const hostname = hostNotFound(error);
  const region = hostname?.split('.').findLast((label) => REGION_PATTERN.test(label));
  if (hostname === undefined || region === undefined || !AWS_HOST.test(hostname)) return undefined;
  const other = hostname.replace(`.${region}.`, `.${KNOWN_REGION}.`);
  const isKnown = IN_A_PARTITION.test(region);
  if (isKnown && !(await isFound(other, resolve))) return undefined;
  const seen = isKnown ? `${hostname} does not exist, and ${other} does` : `${hostname} does not exist`;
  return new RequestError('fix-config', `${seen}: is the Region's name right? Got ${region}`, {
    cause: error,
  });
}

function hostNotFound(error: unknown): string | undefined {
  const found = chainOf(error).find(({ code }) => code === 'ENOTFOUND')?.['hostname'];
  return typeof found === 'string' ? found : undefined;
}

async function isFound(hostname: string, resolve: Resolve): Promise<boolean> {
  return resolve(hostname).then(
    () => true,
    () => false,
  );
}
