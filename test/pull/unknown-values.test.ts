import { describe, expect, it } from 'vitest';
import { inspectRows } from '../../src/pull/unknown-values.ts';
import { aRow, aSlice } from '../fixtures/builders.ts';
import { openTrial } from '../fixtures/trial.ts';

describe('inspectRows', () => {
  it('has nothing to say of rows as the API reference describes them', () => {
    const rows = [
      aRow(),
      aRow({ state: 'FAILING', message_category: 'AccessDenied' }),
      aRow({ resource_type: 'SAP HANA on Amazon EC2', message_category: 'anything' }),
      aRow({ state: null, resource_type: null, message_category: null, account_id: null }),
    ];
    expect(inspectRows(aSlice(), rows)).toEqual([]);
  });

  it.each([
    ['state', { state: 'HIBERNATING' }, '"HIBERNATING"'],
    ['state', { state: 'completed' }, '"completed"'],
    ['resource type', { resource_type: 'Toaster' }, '"Toaster"'],
  ])('names a %s this version does not know: %o', (what, difference, shown) => {
    expect(inspectRows(aSlice(), [aRow(), aRow(difference)])).toEqual([
      `${what} this version does not know, stored as it came: ${shown}`,
    ]);
  });

  it('names an unknown value once, values in order, and counts those beyond five', () => {
    const states = ['G', 'F', 'E', 'D', 'C', 'B', 'A', 'A'];
    const rows = states.map((state) => aRow({ state }));
    expect(inspectRows(aSlice(), rows)).toEqual([
      'state this version does not know, stored as it came: "A", "B", "C", "D", "E" and 2 more',
    ]);
  });

  it("knows each kind's own states", () => {
    const rows = [aRow({ state: 'EXPIRED', message_category: null })];
    expect(inspectRows(aSlice({ kind: 'backup' }), rows)).toEqual([]);
    expect(inspectRows(aSlice({ kind: 'copy' }), rows)).toHaveLength(1);
  });

  it('says nothing of what a sum reads as', () => {
    const filters = {
      State: 'AGGREGATE_ALL',
      ResourceType: 'AGGREGATE_ALL',
      MessageCategory: 'AGGREGATE_ALL',
    };
    const sum = aRow({
      state: 'AGGREGATE_ALL',
      resource_type: 'AGGREGATE_ALL',
      message_category: 'AGGREGATE_ALL',
    });
    expect(inspectRows(aSlice({ filters }), [sum])).toEqual([]);
  });

  it('points out daily rows that do not start at midnight', () => {
    const rows = [
      aRow(),
      aRow({ start_time: Date.UTC(2026, 10, 22, 5) }),
      aRow({ start_time: Date.UTC(2026, 10, 22, 6) }),
    ];
    expect(inspectRows(aSlice(), rows)).toEqual([
      'daily rows that do not start at 00:00 UTC, stored under their UTC date: 2 (one starts 2026-11-22T05:00:00.000Z)',
    ]);
  });

  it('expects no midnight of rows of a longer period', () => {
    const rows = [aRow({ start_time: Date.UTC(2026, 10, 22, 5) })];
    expect(inspectRows(aSlice({ aggregationPeriod: 'SEVEN_DAYS' }), rows)).toEqual([]);
  });
});

describe('a message category, which is free text,', () => {
  it('is no warning, and is said once: when the last pull did not see it', async () => {
    const trial = await openTrial({ summaries: 20 });
    const [row] = trial.simulator.truth({ kind: 'copy', region: 'eu-west-1' });
    const show = (...categories: readonly string[]) =>
      trial.simulator.setFaults([
        {
          fault: 'raw',
          items: categories.map((MessageCategory) => ({ ...row, MessageCategory })),
          replace: true,
        },
      ]);
    const said: string[][] = [];
    for (const categories of [
      ['MISCELLANEOUS'],
      ['MISCELLANEOUS', 'ACCESS_DENIED'],
      ['MISCELLANEOUS', 'ACCESS_DENIED'],
    ]) {
      show(...categories);
      trial.simulator.clock.advance(60_000);
      const { slices } = await trial.pull({ reconcile: 'off' });
      expect(slices).toMatchObject([{ message_categories: categories.toSorted() }]);
      expect(slices[0]?.warnings.join()).not.toContain('categor');
      said.push(trial.events.flatMap((event) => (event.type === 'note' ? event.message : [])));
    }
    expect(said).toEqual([[], ['message categories the last pull did not see: "ACCESS_DENIED"'], []]);
    await trial.close();
  });
});
