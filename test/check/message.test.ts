import { expect, it } from 'vitest';
import { checkCodeNames, type CheckFinding } from '../../schemas/check-result.ts';
import { messageOf } from '../../src/check/message.ts';
import { judgeReasons } from '../../src/check/reasons.ts';
import { fleetOf } from '../../src/check/rates.ts';
import { aFinding } from '../../src/check/task.ts';
import { known, someRates } from './rules.ts';

const said = (findings: readonly CheckFinding[], notes: readonly string[] = []) => ({
  findings: [...findings],
  notes: [...notes],
  kinds: fleetOf(
    [
      someRates([
        [9, 10],
        [65, 70],
        [70, 70],
      ]),
    ],
    known(),
  ),
  ledger: 's3://bucket/ledger',
  checked_at: '2026-11-23T03:30:00.000Z',
});

it('of findings tells them in order, by what they are of', () => {
  const silent = aFinding({ code: 'account-silent', account: '111111111111', message: 'no job completed' });
  const low = aFinding({
    code: 'success-low',
    kind: 'copy',
    account: '222222222222',
    message: '40.0 % completed',
  });
  expect(messageOf(said([silent, low, low], ['a week is not known']))).toEqual({
    subject: 'backup-ledger 2026-11-23: 1 silent account, 2 low success rates',
    text: `3 findings in s3://bucket/ledger

1. 111111111111
no job completed

2. copy of 222222222222
40.0 % completed

3. copy of 222222222222
40.0 % completed

copy: 90.0 % completed on 2026-11-22 (9 of 10), 92.8 % in the 7 days to it (65 of 70), 100.0 % in the week before (70 of 70)
Note: a week is not known
`,
    attributes: {
      outcome: 'findings',
      findings: 3,
      codes: ['account-silent', 'success-low'],
      kinds: ['copy'],
    },
  });
});

it('of nothing says so, and how jobs ended', () => {
  const { subject, text, attributes } = messageOf(said([]));
  expect(subject).toBe('backup-ledger 2026-11-23: nothing found');
  expect(text).toMatch(/^Nothing found in s3:\/\/bucket\/ledger\n\ncopy: 90\.0 %/);
  expect(attributes).toEqual({ outcome: 'ok', findings: 0, codes: [], kinds: [] });
});

it('of many tells twenty, and how many there are', () => {
  const findings = Array.from({ length: 1234 }, (_, index) =>
    aFinding({ code: 'account-silent', account: String(index).padStart(12, '0'), message: 'x'.repeat(300) }),
  );
  const { text, subject } = messageOf(said(findings));
  expect(text).toContain('1,234 findings in');
  expect(text).toContain('\n20. 000000000019\n');
  expect(text).not.toContain('000000000020');
  expect(text).toContain('... and 1,214 more: backup-ledger check --ledger s3://bucket/ledger');
  expect(subject).toContain('1,234 silent accounts');
});

it('has a subject that SNS takes, whatever was found', () => {
  const all = checkCodeNames.flatMap((code) =>
    [code, code].map((each) => aFinding({ code: each, message: '' })),
  );
  const { subject } = messageOf(said(all));
  expect(subject).toMatch(/^[\x20-\x7e]{50,99}$/);
  expect(subject).toMatch(/\.\.\.$/);
});

it('shows what would steer a terminal, and cuts what is long', () => {
  const reason = `\u001b[31m${'x'.repeat(200)}`;
  const findings = judgeReasons(
    [{ kind: 'copy', reason, jobs: 1, accounts: 1, firstDay: '2026-11-20' }],
    known(),
  );
  const { text } = messageOf(said(findings));
  expect(text).toContain('\\u001b[31mxxx');
  expect(text).not.toContain('\u001b');
  expect(findings[0]?.message.length).toBeLessThan(200);
});
