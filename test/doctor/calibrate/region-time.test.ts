import { describe, expect, it } from 'vitest';
import { daysBetween } from '../../../src/domain/day.ts';
import { closedDays, regionTime } from '../../../src/doctor/calibrate/region-time.ts';

const NOW = Date.UTC(2026, 10, 23, 3, 30);

describe('the days that are compared', () => {
  it.each([
    ['a window of fourteen days', '2026-11-09', '2026-11-22', '2026-11-11', '2026-11-20'],
    ['one that shows today', '2026-11-10', '2026-11-23', '2026-11-11', '2026-11-20'],
    ['one whose newest days are late', '2026-11-09', '2026-11-19', '2026-11-11', '2026-11-17'],
    ['a short one, whose oldest day may be cut', '2026-11-16', '2026-11-22', '2026-11-17', '2026-11-20'],
  ])('of %s', (_what, first, last, from, to) => {
    expect(closedDays(daysBetween(first, last), NOW)).toEqual(daysBetween(from, to));
  });

  it.each([[[]], [['2026-11-22']], [['2026-11-21', '2026-11-22']]])('are none of %j', (shown) => {
    expect(closedDays(shown, NOW)).toEqual([]);
  });
});

describe('the day of a summary', () => {
  const dayIn = (region: string, start: string) => regionTime(region).dayStartingAt(Date.parse(start));

  it.each([
    ['ap-south-1', '2026-11-12T00:00:00Z', '2026-11-12'],
    ['ap-south-1', '2026-11-11T18:30:00Z', '2026-11-12'],
    ['us-east-1', '2026-11-12T05:00:00Z', '2026-11-12'],
    ['us-east-1', '2026-11-12T00:00:00Z', '2026-11-12'],
    ['us-east-1', '2026-11-12T04:00:00Z', '2026-11-12'],
    ['mars-north-1', '2026-11-11T18:30:00Z', '2026-11-11'],
  ])('in %s that starts at %s is %s', (region, start, day) => {
    expect(dayIn(region, start)).toBe(day);
  });
});

it('a region differs from UTC on some days, or on none', () => {
  const dublin = regionTime('eu-west-1');
  expect([dublin.differsOn('2026-11-12'), dublin.differsOn('2026-10-24')]).toEqual([false, true]);
  expect(regionTime('mars-north-1').differsOn('2026-07-01')).toBe(false);
});
