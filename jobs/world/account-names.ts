import { readFile } from 'node:fs/promises';
import { ORGANIZATIONS } from '../../src/config/values.ts';
import { UsageError } from '../../src/errors.ts';
import { parseAccountNames } from '../../src/report/account-names.ts';
import type { AccountNames } from '../../src/report/report-data.ts';
import type { Session } from './session.ts';

/** Names of accounts, from a file or from AWS. Throws `UsageError` or `RequestError`. */
export async function accountNames(
  source: string | undefined,
  maxAttempts: number,
  session: Pick<Session, 'clock' | 'signal'>,
): Promise<AccountNames> {
  if (source === undefined) return new Map();
  if (source !== ORGANIZATIONS) return parseAccountNames(await textOf(source), source);
  const { organizationAccounts } = await import('./organization.ts');
  const accounts = await organizationAccounts(maxAttempts, session);
  return new Map(accounts.map(({ id, name }) => [id, name]));
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError([
      `account-names: expected a readable file, or the word ${ORGANIZATIONS}, got ${path}: ${why}`,
    ]);
  }
}
