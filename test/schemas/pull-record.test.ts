import { describe, expect, it } from 'vitest';
import { parseRecordInstant, recordInstant } from '../../schemas/pull-record.ts';

describe('an instant in a record', () => {
  it("is written as Athena's JSON readers can parse it", () => {
    expect(recordInstant(Date.UTC(2026, 10, 23, 3, 0, 5, 123))).toBe('2026-11-23 03:00:05.123');
    expect(recordInstant(Date.UTC(2026, 10, 23))).toBe('2026-11-23 00:00:00.000');
  });

  it.each([0, -1, Date.UTC(2026, 10, 23, 3, 0, 5, 123), Date.UTC(9999, 11, 31)])(
    'is read back the same: %i',
    (instant) => {
      expect(parseRecordInstant(recordInstant(instant))).toBe(instant);
    },
  );

  it.each(['', 'yesterday', '2026-11-23T03:00:05.123Z'])('is not %j', (text) => {
    expect(parseRecordInstant(text)).toBeNaN();
  });
});
