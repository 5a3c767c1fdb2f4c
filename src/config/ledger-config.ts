import { isAbsolute, relative, sep } from 'node:path';
import type { ledgerFlags } from './flags.ts';
import type { Values } from './resolve.ts';

/** Where a ledger lies and how it is reached. */
export type LedgerConfig = Values<typeof ledgerFlags>;

/** What no single flag can know. */
export function ledgerProblems(values: Partial<LedgerConfig>): string[] {
  if (values.ledger?.type !== 'folder') return [];
  const s3Only = (['expected-bucket-owner', 'kms-key', 's3-path-style'] as const).filter(
    (name) => values[name],
  );
  return s3Only.map((name) => `${name}: expected only with a ledger on s3://, got it with a local folder`);
}

type Place = LedgerConfig['ledger'];

/** Whether a place is the other one, or lies inside it. */
export function isWithin(inner: Place, outer: Place): boolean {
  if (inner.type === 's3')
    return (
      outer.type === 's3' &&
      inner.bucket === outer.bucket &&
      `${inner.prefix}/`.startsWith(outer.prefix && `${outer.prefix}/`)
    );
  if (outer.type === 's3') return false;
  const path = relative(outer.path, inner.path);
  return path !== '..' && !path.startsWith(`..${sep}`) && !isAbsolute(path);
}
