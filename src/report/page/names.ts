import type { ReportData } from '../report-data.ts';
import { count } from './format.ts';

/** An account as it is called: its name where one is known, and its digits. */
export interface AccountLabel {
  readonly name: string;
  /** Twelve digits; empty for what is no account. */
  readonly id: string;
}

export function accountLabel(data: ReportData, account: number): AccountLabel {
  const { accounts, account_names: names, other_accounts: others } = data;
  const id = accounts[account];
  if (id === undefined) return { name: `${count(others)} other accounts`, id: '' };
  return id === '' ? { name: 'no account', id } : { name: names[account] ?? '', id };
}

/** In one line. */
export function accountText(data: ReportData, account: number): string {
  const { name, id } = accountLabel(data, account);
  return name && id ? `${name} (${id})` : name || id;
}
