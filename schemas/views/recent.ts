import { monthSql, type View } from './view.ts';

/** Whole months besides the present one. */
const MONTHS = 3;

/**
 * The newest months of a view that cannot be bounded from outside on Athena: what a window or a pull reaches is not seen in a
 * WHERE. A view takes no parameter there, so that the clock bounds it.
 */
export function recentView({ name, comment }: View, since: (month: string) => string): View {
  return {
    name: `${name}_recent`,
    comment: `${comment}; of this month and the ${MONTHS} before it, and read from those alone`,
    sql: since(monthSql(`date_trunc('month', current_date) - INTERVAL '${MONTHS}' MONTH`)),
    examples: [],
  };
}
