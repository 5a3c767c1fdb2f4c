/** Numbers and texts as people read them. */

export const count = (value: number): string => value.toLocaleString('en');

export const percent = (rate: number | undefined): string =>
  rate === undefined ? '–' : `${(Math.floor(rate * 1000) / 10).toFixed(1)} %`;

/** The difference of two rates in percentage points; empty where there is nothing to compare. */
export function change(now: number | undefined, before: number | undefined): string {
  if (now === undefined || before === undefined) return '';
  const points = (now - before) * 100;
  if (Math.abs(points) < 0.05) return 'as before';
  return `${points > 0 ? '▲' : '▼'} ${Math.abs(points).toFixed(1)} points`;
}

/** `copy`, `backup` … with a capital; ECharts and headings begin with one. */
export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** `completed_with_issues` → `Completed with issues`. */
export const label = (name: string): string => capital(name.replaceAll('_', ' '));
