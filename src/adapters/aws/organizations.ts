import {
  ListAccountsCommand,
  type ListAccountsCommandOutput,
  type OrganizationsClient,
} from '@aws-sdk/client-organizations';
import { LedgerError, PaginationLoopError, RequestError, retryHint } from '../../errors.ts';
import { BrokenTransferError, classifyAwsError, describeAwsError } from './errors.ts';
import { isToken } from './page-token.ts';
import type { Retry } from './retry.ts';

export interface OrganizationsOptions {
  readonly client: OrganizationsClient;
  readonly retry: Retry;
  readonly signal: AbortSignal;
}

/** An account of the organisation. Source: `Account` in the AWS Organizations reference. */
export interface MemberAccount {
  readonly id: string;
  readonly name: string;
  /** ACTIVE, or a state of being closed; free text, for AWS adds to it. */
  readonly state: string;
}

/** The accounts of the caller's organisation, in order of their numbers. Throws `RequestError`. */
export async function memberAccounts(options: OrganizationsOptions): Promise<MemberAccount[]> {
  const { client, retry, signal } = options;
  const accounts: MemberAccount[] = [];
  let token: string | undefined;
  let pages = 0;
  do {
    const input = { NextToken: token };
    const page = await retry(async () =>
      accountsIn(await client.send(new ListAccountsCommand(input), { abortSignal: signal })),
    ).catch(explain);
    accounts.push(...page.accounts);
    pages += 1;
    if (page.next !== undefined && page.next === token) throw new PaginationLoopError(pages);
    token = page.next;
  } while (token !== undefined);
  return accounts.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

/** The accounts of a page. Throws `BrokenTransferError` for what is none. */
function accountsIn({ Accounts: found, NextToken: next }: ListAccountsCommandOutput) {
  if (!Array.isArray(found) || !isToken(next)) throw new BrokenTransferError('the answer has no Accounts');
  const accounts = found.map(({ Id: id, Name: name, State: state, Status: status }) => {
    if (!id) throw new BrokenTransferError('an account of the answer has no Id');
    return { id, name: name ?? '', state: state ?? status ?? '' };
  });
  return { accounts, next: next || undefined };
}

function explain(error: unknown): never {
  const { recovery, aborted, status, name } = classifyAwsError(error);
  const cure =
    status === 403 || name === 'AccessDeniedException'
      ? '; allow organizations:ListAccounts in the management or a delegated administrator account, or give a file'
      : retryHint(recovery);
  if (error instanceof LedgerError || aborted) throw error;
  throw new RequestError(recovery, `ListAccounts: ${describeAwsError(error)}${cure}`, { cause: error });
}
