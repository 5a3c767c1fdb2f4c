import { describe, expect, it } from 'vitest';
import { grainOf, isAggregated, sliceName } from '../../src/domain/slice.ts';
import { aSlice } from '../fixtures/builders.ts';

describe('sliceName', () => {
  it('names kind, period, region and scope', () => {
    expect(sliceName(aSlice())).toBe('copy-ONE_DAY-eu-west-1-any');
    expect(sliceName(aSlice({ kind: 'scan', region: 'us-gov-west-1', scope: '123456789012' }))).toBe(
      'scan-ONE_DAY-us-gov-west-1-123456789012',
    );
  });
});

describe('isAggregated', () => {
  it('tells a filter that asks for a sum from one that does not', () => {
    const slice = aSlice({ filters: { State: 'AGGREGATE_ALL', ResourceType: 'EBS' } });
    expect(isAggregated(slice, 'State')).toBe(true);
    expect(isAggregated(slice, 'ResourceType')).toBe(false);
    expect(isAggregated(slice, 'AccountId')).toBe(false);
  });
});

describe('grainOf', () => {
  it('is empty where nothing is filtered or aggregated', () => {
    expect(grainOf(aSlice())).toEqual({});
  });

  it('names every filter and aggregate', () => {
    const filters = { State: 'FAILED', ResourceType: 'AGGREGATE_ALL', MessageCategory: 'SUCCESS' };
    expect(grainOf(aSlice({ filters }))).toEqual(filters);
  });

  it('is the same for one account as for all', () => {
    expect(grainOf(aSlice({ filters: { AccountId: '111111111111' } }))).toEqual({});
  });

  it('differs for the sum over all accounts', () => {
    expect(grainOf(aSlice({ filters: { AccountId: 'AGGREGATE_ALL' } }))).toEqual({
      AccountId: 'AGGREGATE_ALL',
    });
  });

  it('leaves out filters the kind does not have', () => {
    expect(grainOf(aSlice({ kind: 'restore', filters: { MessageCategory: 'SUCCESS' } }))).toEqual({});
  });
});
