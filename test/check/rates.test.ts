import { describe, expect, it } from 'vitest';
import { judgeRates } from '../../src/check/rates.ts';
import { known, options, someRates } from './rules.ts';
import { told } from './story.ts';

describe('a rate that is too low', () => {
  const judge = (counts: Parameters<typeof someRates>[0], minSuccess: number) =>
    judgeRates([someRates(counts)], known(), options({ minSuccess })).findings;

  it.each([
    [
      'on the newest day',
      [
        [1, 2],
        [19, 20],
        [0, 0],
      ],
      50,
    ],
    [
      'in the week',
      [
        [2, 2],
        [9, 10],
        [0, 0],
      ],
      90,
    ],
    [
      'in both, by the lower one',
      [
        [1, 4],
        [5, 10],
        [0, 0],
      ],
      25,
    ],
  ] as const)('%s is told', (_when, counts, value) => {
    expect(told({ findings: judge(counts, 95) })).toEqual([
      `success-low copy of 111111111111: ${value} against 95`,
    ]);
  });

  it('is none when it is just what is expected, whatever fractions do', () => {
    for (let percent = 1; percent <= 100; percent += 1) {
      expect(
        judge(
          [
            [percent, 100],
            [percent, 100],
            [0, 0],
          ],
          percent,
        ),
      ).toEqual([]);
      expect(
        judge(
          [
            [percent * 10, 1000],
            [percent * 10 - 1, 1000],
            [0, 0],
          ],
          percent,
        ),
      ).toHaveLength(1);
    }
  });

  it('is none where nothing ended, and none where nobody says what is too low', () => {
    expect(
      judge(
        [
          [0, 0],
          [0, 0],
          [0, 0],
        ],
        100,
      ),
    ).toEqual([]);
    expect(
      judgeRates(
        [
          someRates([
            [0, 5],
            [0, 5],
            [0, 5],
          ]),
        ],
        known(),
        options(),
      ).findings,
    ).toEqual([]);
  });

  it('never looks as if it were enough', () => {
    const [finding] = judge(
      [
        [0, 0],
        [9496, 10_000],
        [0, 0],
      ],
      95,
    );
    expect(finding?.message).toBe(
      'no job ended on 2026-11-22, 94.9 % completed in the 7 days to it (9,496 of 10,000); at least 95 % expected',
    );
  });

  it('comes before falls, the lowest first', () => {
    const rates = [
      someRates(
        [
          [9, 10],
          [9, 10],
          [10, 10],
        ],
        { account: '333333333333' },
      ),
      someRates(
        [
          [1, 10],
          [7, 10],
          [10, 10],
        ],
        { account: '222222222222' },
      ),
      someRates(
        [
          [5, 10],
          [5, 10],
          [10, 10],
        ],
        { account: null },
      ),
    ];
    const { findings } = judgeRates(rates, known(), options({ minSuccess: 95 }));
    expect(told({ findings })).toEqual([
      'success-low copy of 222222222222: 10 against 95',
      'success-low copy: 50 against 95',
      'success-low copy of 333333333333: 90 against 95',
      'success-fell copy: 50 against 100',
      'success-fell copy of 222222222222: 70 against 100',
    ]);
    expect(findings[1]?.message).toMatch(/^of jobs that name no account, 50\.0 %/);
  });
});

describe('a fall', () => {
  const judge = (week: readonly [number, number], before: readonly [number, number], maxFall = 10) =>
    told(judgeRates([someRates([[0, 0], week, before])], known(), options({ maxFall })));

  it('of more points than allowed is told', () => {
    expect(judge([89, 100], [99, 100])).toEqual([]);
    expect(judge([88, 100], [99, 100])).toEqual(['success-fell copy of 111111111111: 88 against 99']);
    expect(judge([98, 100], [99, 100], 0)).toHaveLength(1);
  });

  it('of just so many points is none, whatever fractions do', () => {
    for (let permille = 0; permille <= 900; permille += 1)
      expect(judge([permille, 1000], [permille + 100, 1000])).toEqual([]);
    expect(judge([800, 1000], [901, 1000])).toHaveLength(1);
  });

  it('is none where one of the weeks has no job that ended, nor where things got better', () => {
    expect(judge([0, 0], [99, 100])).toEqual([]);
    expect(judge([0, 100], [0, 0])).toEqual([]);
    expect(judge([100, 100], [50, 100])).toEqual([]);
  });

  it('is not judged before the week before is known, and that is said', () => {
    const rates = [
      someRates([
        [0, 10],
        [0, 70],
        [10, 10],
      ]),
    ];
    const young = judgeRates(rates, known({ first: '2026-11-10' }), options());
    expect(young.findings).toEqual([]);
    expect(young.notes).toEqual([
      'the week before is not known of copy jobs, so neither falls nor new reasons are judged: ' +
        'the days looked at begin with 2026-11-10, and 2026-11-09 is needed',
    ]);
    const old = judgeRates(rates, known({ first: '2026-11-09' }), options());
    expect([old.findings.length, old.notes]).toEqual([1, []]);
  });
});
