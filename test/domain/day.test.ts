import { describe, expect, it } from 'vitest';
import { addDays, daysBetween, isMidnight, startOfDay, utcDay } from '../../src/domain/day.ts';

describe('utcDay', () => {
  it.each([
    ['2026-11-22T00:00:00.000Z', '2026-11-22'],
    ['2026-11-22T23:59:59.999Z', '2026-11-22'],
    ['2026-11-23T00:30:00+01:00', '2026-11-22'],
    ['0001-01-01T00:00:00.000Z', '0001-01-01'],
  ])('puts %s on %s', (instant, day) => {
    expect(utcDay(Date.parse(instant))).toBe(day);
  });

  it('throws for an instant that is none', () => {
    expect(() => utcDay(Number.NaN)).toThrow(RangeError);
  });
});

describe('startOfDay', () => {
  it('is midnight, UTC', () => {
    expect(new Date(startOfDay('2026-11-22')).toISOString()).toBe('2026-11-22T00:00:00.000Z');
  });
});

describe('isMidnight', () => {
  it.each([
    ['2026-11-22T00:00:00.000Z', true],
    ['2026-11-22T00:00:00.001Z', false],
    ['2026-11-22T23:00:00.000Z', false],
    ['1969-12-31T00:00:00.000Z', true],
  ])('of %s is %s', (instant, expected) => {
    expect(isMidnight(Date.parse(instant))).toBe(expected);
  });
});

describe('addDays', () => {
  it.each([
    ['2026-11-30', 1, '2026-12-01'],
    ['2026-01-01', -1, '2025-12-31'],
    ['2028-02-28', 1, '2028-02-29'],
    ['2026-02-28', 1, '2026-03-01'],
    ['2026-03-28', 2, '2026-03-30'],
    ['2026-11-22', 0, '2026-11-22'],
  ])('takes %s by %i days to %s', (day, count, expected) => {
    expect(addDays(day, count)).toBe(expected);
  });
});

describe('daysBetween', () => {
  it('holds both ends', () => {
    expect(daysBetween('2026-11-29', '2026-12-02')).toEqual([
      '2026-11-29',
      '2026-11-30',
      '2026-12-01',
      '2026-12-02',
    ]);
  });

  it('holds one day from a day to itself', () => {
    expect(daysBetween('2026-11-22', '2026-11-22')).toEqual(['2026-11-22']);
  });

  it('is empty when the last day comes before the first', () => {
    expect(daysBetween('2026-11-22', '2026-11-21')).toEqual([]);
  });
});
