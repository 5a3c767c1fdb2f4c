/** What every contestant asks for: all rows of a slice, by day. */
export const everything = {
  AccountId: 'ANY',
  State: 'ANY',
  ResourceType: 'ANY',
  MessageCategory: 'ANY',
  AggregationPeriod: 'ONE_DAY',
  MaxResults: 500,
};
