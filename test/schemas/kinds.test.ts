import { describe, expect, it } from 'vitest';
import { factsOf, kindNames, knownStatesOf, periodDays } from '../../schemas/kinds.ts';

describe('the table of kinds', () => {
  it('has copy first, which is the default', () => {
    expect(kindNames[0]).toBe('copy');
  });

  it.each([
    ['copy', 'ListCopyJobSummaries', '/audit/copy-job-summaries', 'CopyJobSummaries', 'copy_job_summaries'],
    [
      'backup',
      'ListBackupJobSummaries',
      '/audit/backup-job-summaries',
      'BackupJobSummaries',
      'backup_job_summaries',
    ],
    [
      'restore',
      'ListRestoreJobSummaries',
      '/audit/restore-job-summaries',
      'RestoreJobSummaries',
      'restore_job_summaries',
    ],
    ['scan', 'ListScanJobSummaries', '/audit/scan-job-summaries', 'ScanJobSummaries', 'scan_job_summaries'],
  ] as const)('asks for %s jobs by %s', (kind, operation, path, resultList, table) => {
    expect(factsOf(kind)).toMatchObject({ operation, path, resultList, table });
  });

  it.each([
    ['copy', ['AccountId', 'State', 'ResourceType', 'MessageCategory']],
    ['backup', ['AccountId', 'State', 'ResourceType', 'MessageCategory']],
    ['restore', ['AccountId', 'State', 'ResourceType']],
    ['scan', ['AccountId', 'State', 'ResourceType', 'MalwareScanner', 'ScanResultStatus']],
  ] as const)('knows the filters %s jobs have', (kind, filters) => {
    expect(factsOf(kind).filters).toEqual(filters);
  });

  it.each([
    ['copy', 'CREATED RUNNING ABORTING ABORTED COMPLETING COMPLETED FAILING FAILED PARTIAL'],
    ['backup', 'CREATED PENDING RUNNING ABORTING ABORTED COMPLETED FAILED EXPIRED PARTIAL'],
    ['restore', 'CREATED PENDING RUNNING ABORTED COMPLETED FAILED'],
    ['scan', 'CREATED RUNNING COMPLETED COMPLETED_WITH_ISSUES FAILED CANCELED'],
  ] as const)('knows every state of %s jobs, each as finished or not', (kind, states) => {
    expect(knownStatesOf(kind).toSorted()).toEqual(states.split(' ').toSorted());
  });

  it.each([
    ['copy', 'ONE_DAY'],
    ['backup', 'ONE_DAY'],
    ['restore', 'ONE_DAY'],
    ['scan', 'FOURTEEN_DAYS'],
  ] as const)('asks for daily rows of %s jobs by %s', (kind, period) => {
    expect(factsOf(kind).requestPeriods.ONE_DAY).toBe(period);
  });

  it('has daily rows only of scan jobs', () => {
    expect(Object.keys(factsOf('scan').requestPeriods)).toEqual(['ONE_DAY']);
  });

  it.each(kindNames)('has filters for dimensions of %s jobs only', (kind) => {
    const { dimensions, filters } = factsOf(kind);
    expect(dimensions).toEqual(expect.arrayContaining([...filters]));
  });

  it('knows how long each period is', () => {
    expect(periodDays).toEqual({ ONE_DAY: 1, SEVEN_DAYS: 7, FOURTEEN_DAYS: 14 });
  });
});
