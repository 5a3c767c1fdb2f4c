/** Numbers and texts as people read them. */

export const count = (value: number): string => value.toLocaleString('en');

/** `1 account`, `2 accounts`. */
export const counted = (value: number, noun: string): string =>
  `${count(value)} ${noun}${value === 1 ? '' : 's'}`;

export const percent = (rate: number | undefined | null): string =>
  rate === undefined || rate === null ? '–' : `${(Math.floor(rate * 1000 + 1e-9) / 10).toFixed(1)} %`;

/** Points of a percentage, without a sign. */
export const points = (difference: number): string => {
  const text = (Math.abs(difference) * 100).toFixed(1);
  return `${text} ${text === '1.0' ? 'point' : 'points'}`;
};

/** Differences that a printed tenth of a point does not show. */
export const isSame = (difference: number): boolean => Math.abs(difference) < 0.0005;

/** The difference of two rates in percentage points; empty where there is nothing to compare. */
export function change(now: number | undefined, before: number | undefined): string {
  if (now === undefined || before === undefined) return '';
  if (isSame(now - before)) return 'no change';
  return `${now > before ? '▲' : '▼'} ${points(now - before)}`;
}

/** `copy`, `backup` … with a capital. */
export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export const uncapital = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** `completed_with_issues` → `Completed with issues`. */
export const label = (name: string): string => capital(name.replaceAll('_', ' '));

/** `A`, `A and B`, `A, B and C`. */
export function listed<T>(items: readonly T[]): (T | string)[] {
  return items.flatMap((item, at) => {
    if (at === 0) return [item];
    return [at === items.length - 1 ? ' and ' : ', ', item];
  });
}
