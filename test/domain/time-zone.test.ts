import { describe, expect, it } from 'vitest';
import { regionZones, zoneOf } from '../../schemas/region-zones.ts';
import { localDay, localMidnight, offsetsOf } from '../../src/domain/time-zone.ts';

const HOUR = 3_600_000;

describe('the offset of a zone', () => {
  it.each([
    ['Asia/Kolkata', '2026-11-23T00:00:00Z', 5.5],
    ['America/New_York', '2026-11-01T05:59:59Z', -4],
    ['America/New_York', '2026-11-01T06:00:00Z', -5],
    ['Europe/Dublin', '2026-11-23T00:00:00Z', 0],
    ['Europe/Dublin', '2026-06-23T00:00:00Z', 1],
    ['Pacific/Auckland', '2026-12-23T00:00:00Z', 13],
    ['UTC', '2026-12-23T00:00:00Z', 0],
  ])('%s at %s is %d hours', (zone, instant, hours) => {
    expect(offsetsOf(zone)(Date.parse(instant))).toBe(hours * HOUR);
  });
});

describe('a local day', () => {
  it.each([
    ['Asia/Kolkata', '2026-11-22T18:29:59Z', '2026-11-22'],
    ['Asia/Kolkata', '2026-11-22T18:30:00Z', '2026-11-23'],
    ['America/New_York', '2026-11-23T04:59:59Z', '2026-11-22'],
    ['America/New_York', '2026-11-23T05:00:00Z', '2026-11-23'],
  ])('in %s at %s is %s', (zone, instant, day) => {
    expect(localDay(Date.parse(instant), offsetsOf(zone))).toBe(day);
  });

  it.each([
    ['Asia/Kolkata', '2026-11-23', '2026-11-22T18:30:00.000Z'],
    ['America/New_York', '2026-11-01', '2026-11-01T04:00:00.000Z'],
    ['America/New_York', '2026-11-02', '2026-11-02T05:00:00.000Z'],
    ['Australia/Sydney', '2026-10-04', '2026-10-03T14:00:00.000Z'],
    ['Australia/Sydney', '2026-10-05', '2026-10-04T13:00:00.000Z'],
  ])('in %s of %s begins at %s', (zone, day, instant) => {
    const midnight = localMidnight(Date.parse(day), offsetsOf(zone));
    expect(new Date(midnight).toISOString()).toBe(instant);
  });
});

describe('the zone of a region', () => {
  it('is one that clocks know', () => {
    expect(zoneOf('eu-west-1')).toBe('Europe/Dublin');
    expect(zoneOf('ap-southeast-2')).toBe('Australia/Sydney');
    expect(zoneOf('mars-north-1')).toBeUndefined();
  });

  it.each(Object.values(regionZones))('such as %s', (zone) => {
    expect(Math.abs(offsetsOf(zone)(Date.UTC(2026, 10, 23)))).toBeLessThanOrEqual(14 * HOUR);
  });
});
