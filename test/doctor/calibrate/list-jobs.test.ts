import { describe, expect, it } from 'vitest';
import { jobReader } from '../../../src/doctor/calibrate/listed-job.ts';
import { listJobs } from '../../../src/doctor/calibrate/list-jobs.ts';
import { TokenRefusedError } from '../../../src/errors.ts';

const item = {
  AccountId: '111111111111',
  CopyJobId: 'A',
  ResourceType: 'EBS',
  State: 'COMPLETED',
  MessageCategory: 'Success',
  CreationDate: 1.795e9,
  CompletionDate: 1.7950001235e9,
  IsParent: false,
  ParentJobId: null,
  ResourceArn: 'arn:aws:ec2:eu-west-1:111111111111:volume/vol-1',
  ResourceName: 'payroll',
};

/** A list in pages; a page that is an error is thrown once. */
function pagesOf(...pages: (readonly unknown[] | Error)[]) {
  const left = [...pages];
  return {
    fetchPage: async (token: string | undefined) => {
      const page = left.shift();
      if (page instanceof Error) throw page;
      const NextToken =
        left.length > 0 && !(left[0] instanceof Error && token === 'last') ? `${left.length}` : null;
      return { bytes: new Uint8Array(), document: { CopyJobs: page, NextToken } };
    },
  };
}

const list = (...pages: (readonly unknown[] | Error)[]) =>
  listJobs('copy', pagesOf(...pages), { maxPages: 9 });

describe('a listed job', () => {
  it('has what says where it counts, and nothing else', () => {
    expect(jobReader('copy')(item)).toEqual({
      id: 'A',
      parentId: null,
      isParent: false,
      account: '111111111111',
      state: 'COMPLETED',
      cell: '["111111111111","EBS","COMPLETED","success"]',
      created: 1_795_000_000_000,
      completed: 1_795_000_123_500,
    });
  });

  it('of a restore has its state by another name', () => {
    const { CopyJobId: _id, State: _state, MessageCategory: _category, ...rest } = item;
    const job = jobReader('restore')({ ...rest, RestoreJobId: 'R', Status: 'FAILED' });
    expect(job).toMatchObject({ id: 'R', state: 'FAILED', cell: '["111111111111","EBS","FAILED"]' });
  });

  it('of a scan has what the scan found', () => {
    const scan = {
      ...item,
      ScanJobId: 'S',
      MalwareScanner: 'GUARDDUTY',
      ScanResult: { ScanResultStatus: 'UNKNOWN' },
    };
    expect(jobReader('scan')(scan)?.cell).toBe('["111111111111","EBS","COMPLETED","GUARDDUTY","UNKNOWN"]');
    expect(jobReader('scan')({ ...scan, ScanResult: null })?.cell).toContain('"GUARDDUTY",null]');
  });

  it.each([
    null,
    'job',
    { ...item, CopyJobId: null },
    { ...item, CreationDate: 'noon' },
    { ...item, CreationDate: 1e300 },
  ])('is none: %j', (value) => {
    expect(jobReader('copy')(value)).toBeUndefined();
  });
});

describe('a list', () => {
  it('has each job once, as it came last, and counts what is none', async () => {
    const running = { ...item, State: 'RUNNING' };
    const { jobs, ...counts } = await list([running, {}], [item, { ...item, CopyJobId: 'B' }]);
    expect(jobs.map(({ id, state }) => [id, state])).toEqual([
      ['A', 'COMPLETED'],
      ['B', 'COMPLETED'],
    ]);
    expect(counts).toEqual({ pages: 2, repeated: 1, unusable: 1 });
  });

  it('knows a parent by its children', async () => {
    const { jobs } = await list([item, { ...item, CopyJobId: 'B', ParentJobId: 'A' }]);
    expect(jobs.map(({ id, isParent }) => [id, isParent])).toEqual([
      ['A', true],
      ['B', false],
    ]);
  });

  it('begins again where a token is refused, a few times', async () => {
    const refused = new TokenRefusedError('expired');
    const { jobs, pages } = await list([item], refused, [item], [{ ...item, CopyJobId: 'B' }]);
    expect([jobs.length, pages]).toEqual([2, 2]);
    await expect(list(refused, refused, refused, refused, [item])).rejects.toBe(refused);
  });
});
