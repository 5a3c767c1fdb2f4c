import { kindNames } from '../kinds.ts';
import { coverageSql, coverageView } from './coverage.ts';
import { dailyView } from './daily.ts';
import { failuresView, kindsWithReasons } from './failures.ts';
import { healthView } from './health.ts';
import { trendView } from './trend.ts';
import { recentView } from './recent.ts';
import type { View } from './view.ts';

/** Every view, those it reads from before it. */
export const views: readonly View[] = [
  ...kindNames.map(dailyView),
  ...kindsWithReasons.map(failuresView),
  ...kindNames.map(trendView),
  healthView,
  coverageView,
  ...kindNames.map(trendView).map((trend) => recentView(trend, trend.since)),
  recentView(coverageView, coverageSql),
];
