import type { EpochMs } from '../../schemas/columns.ts';
import { DAY_MS } from '../../src/domain/day.ts';
import type { Absence } from '../../src/simulator/index.ts';
import { START } from './schedule.ts';

/** What happens to the accounts of a world, and to its caller. Given the accounts, of which there are at least three. */
export const absences = {
  none: () => [],
  joins: (accounts) => [{ ...some(accounts, 0), to: after(12, 7), why: 'left' }],
  leaves: (accounts) => [{ ...some(accounts, 0), from: after(20, 15), why: 'left' }],
  'leaves and comes back': (accounts) => [
    { ...some(accounts, 1), from: after(14, 5), to: after(22, 11), why: 'left' },
  ],
  'hidden twice': (accounts) => [
    { ...some(accounts, 1), from: after(9), to: after(14, 18) },
    { ...some(accounts, 1), from: after(24, 2), to: after(33, 1) },
    { ...some(accounts, 2), from: after(11), to: after(12) },
  ],
  'hidden longer than the window': (accounts) => [
    { ...some(accounts, 2), from: after(10, 4), to: after(30) },
  ],
  'caller blind for a while': () => [
    { account: '*', from: after(8, 12), to: after(11, 2) },
    { account: '*', from: after(26, 4), to: after(32, 10) },
  ],
  'coming and going': (accounts) => [
    { ...some(accounts, 0), to: after(5, 9), why: 'left' },
    { ...some(accounts, 1), from: after(31, 20), why: 'left' },
    { ...some(accounts, 2), from: after(15), to: after(19, 13) },
    { account: '*', from: after(36), to: after(38, 6) },
  ],
} as const satisfies Record<string, (accounts: readonly string[]) => readonly Absence[]>;

export type AbsenceStory = keyof typeof absences;
export const absenceStories = Object.keys(absences) as readonly AbsenceStory[];

function some(accounts: readonly string[], index: number): Pick<Absence, 'account'> {
  const account = accounts[index];
  if (account === undefined) throw new Error(`expected an account ${index}, got ${accounts.length} accounts`);
  return { account };
}

function after(days: number, hours = 0): EpochMs {
  return START + days * DAY_MS + (hours * DAY_MS) / 24;
}
