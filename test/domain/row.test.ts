import { describe, expect, it } from 'vitest';
import type { SummaryRow } from '../../schemas/columns.ts';
import { fileOrder, identityOf, isUnfinished, sameButObservation } from '../../src/domain/row.ts';
import { aRow } from '../fixtures/builders.ts';

const copyIdentity = identityOf('copy');

describe('the identity of a row', () => {
  it.each<Partial<SummaryRow>>([
    { region: 'us-east-1' },
    { account_id: '999999999999' },
    { account_id: null },
    { resource_type: 'RDS' },
    { state: 'FAILED' },
    { message_category: null },
    { message_category: 'Success' },
    { start_time: 0 },
  ])('changes with %o', (difference) => {
    expect(copyIdentity(aRow(difference))).not.toBe(copyIdentity(aRow()));
  });

  it.each<Partial<SummaryRow>>([{ end_time: 0 }, { job_count: 9 }, { observed_at: 0 }])(
    'does not change with %o',
    (difference) => {
      expect(copyIdentity(aRow(difference))).toBe(copyIdentity(aRow()));
    },
  );

  it("holds a kind's own dimensions only", () => {
    const scanned = aRow({ malware_scanner: 'GUARDDUTY', scan_result_status: 'THREATS_FOUND' });
    expect(identityOf('scan')(scanned)).not.toBe(identityOf('scan')(aRow({ malware_scanner: 'GUARDDUTY' })));
    expect(identityOf('restore')(aRow({ message_category: 'a' }))).toBe(
      identityOf('restore')(aRow({ message_category: 'b' })),
    );
  });

  it('keeps null apart from the word null', () => {
    expect(copyIdentity(aRow({ state: null }))).not.toBe(copyIdentity(aRow({ state: 'null' })));
  });

  it.each(['|', ',', '"', '","', '-', '\u0000'])('is not fooled by a value that holds %j', (separator) => {
    const one = aRow({ resource_type: `a${separator}b`, state: 'c' });
    const other = aRow({ resource_type: 'a', state: `b${separator}c` });
    expect(copyIdentity(one)).not.toBe(copyIdentity(other));
  });
});

describe('sameButObservation', () => {
  const same = sameButObservation('copy');

  it('looks past observed_at', () => {
    expect(same(aRow(), aRow({ observed_at: 0 }))).toBe(true);
  });

  it.each<Partial<SummaryRow>>([{ job_count: 2 }, { end_time: null }, { state: 'FAILED' }])(
    'sees %o',
    (difference) => {
      expect(same(aRow(), aRow(difference))).toBe(false);
    },
  );
});

describe('fileOrder', () => {
  it('puts accounts first, null before any text, then the other dimensions, then the start', () => {
    const rows = [
      aRow({ account_id: null, resource_type: 'S3' }),
      aRow({ account_id: '1', resource_type: null }),
      aRow({ account_id: '1', resource_type: 'EBS', state: 'COMPLETED' }),
      aRow({ account_id: '1', resource_type: 'EBS', state: 'FAILED', message_category: null }),
      aRow({ account_id: '1', resource_type: 'EBS', state: 'FAILED', message_category: 'A' }),
      aRow({ account_id: '2', resource_type: 'EBS', start_time: 1 }),
      aRow({ account_id: '2', resource_type: 'EBS', start_time: 2 }),
    ];
    expect(rows.toReversed().toSorted(fileOrder('copy'))).toEqual(rows);
  });

  it('goes by UTF-16 code unit, whatever the locale', () => {
    const types = ['A', 'Z', 'a', 'é', '😀', '\uffff'];
    const rows = types.map((resource_type) => aRow({ resource_type }));
    expect(rows.toReversed().toSorted(fileOrder('copy'))).toEqual(rows);
  });
});

describe('isUnfinished', () => {
  it.each([
    ['copy', 'CREATED RUNNING ABORTING COMPLETING FAILING'],
    ['backup', 'CREATED PENDING RUNNING ABORTING'],
    ['restore', 'CREATED PENDING RUNNING'],
    ['scan', 'CREATED RUNNING'],
  ] as const)('is true for the passing states of %s jobs: %s', (kind, states) => {
    for (const state of states.split(' ')) expect(isUnfinished(kind)(aRow({ state }))).toBe(true);
  });

  it.each(['ABORTED', 'COMPLETED', 'FAILED', 'PARTIAL', 'HIBERNATING', 'running', 'AGGREGATE_ALL', null])(
    'is false for %s',
    (state) => {
      expect(isUnfinished('copy')(aRow({ state }))).toBe(false);
    },
  );
});
