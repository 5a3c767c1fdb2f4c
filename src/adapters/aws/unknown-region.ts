import { lookup } from 'node:dns/promises';
import { RequestError } from '../../errors.ts';

/** A region that is there, to tell a wrong name from a network without names. */
const KNOWN_REGION = 'us-east-1';

type Resolve = (hostname: string) => Promise<unknown>;

/**
 * What a name that is not found means: `RequestError` for the operator when it is the region's that nobody knows, because the
 * same endpoint of another region is found; else undefined, and the network is to blame.
 */
export async function unknownRegion(
  error: unknown,
  region: string,
  resolve: Resolve = lookup,
): Promise<RequestError | undefined> {
  const { code, hostname } = error as { readonly code?: unknown; readonly hostname?: unknown };
  if (code !== 'ENOTFOUND' || typeof hostname !== 'string' || !hostname.includes(`.${region}.`))
    return undefined;
  const other = hostname.replace(`.${region}.`, `.${KNOWN_REGION}.`);
  try {
    await resolve(other);
  } catch {
    return undefined;
  }
  return new RequestError(
    'fix-config',
    `${hostname} does not exist, and ${other} does: is the Region's name right? Got ${region}`,
    { cause: error },
  );
}
