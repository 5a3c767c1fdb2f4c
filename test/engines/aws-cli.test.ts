import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { factsOf, type Kind, kindNames } from '../../schemas/kinds.ts';
import type { SummaryItem } from '../../src/simulator/index.ts';
import { type Running, startCli } from '../fixtures/cli.ts';
import { RUN_TIME } from '../fixtures/trial.ts';
import { run } from './python.ts';
import type { ProgramEnd } from './python-environment.ts';

type Answer = Readonly<Record<string, unknown>> & { readonly NextToken?: string };

let simulator: Running;
let url: string;

beforeAll(async () => {
  simulator = startCli(['simulate', '--now', new Date(RUN_TIME).toISOString(), '--summaries', '300']);
  url = await firstLine(simulator);
});
afterAll(async () => {
  simulator.child.kill('SIGTERM');
  await simulator.finished;
});

async function firstLine({ child }: Running): Promise<string> {
  if (!child.stdout) throw new Error('the simulator has no stdout');
  for await (const line of createInterface(child.stdout)) return line;
  throw new Error('the simulator said nothing');
}

/** `copy` → `list-copy-job-summaries`. */
function commandOf(kind: Kind): string {
  return factsOf(kind)
    .operation.replaceAll(/(?<=.)([A-Z])/g, '-$1')
    .toLowerCase();
}

function aws(kind: Kind, ...flags: readonly string[]): Promise<ProgramEnd> {
  const endpoint = ['--endpoint-url', url, '--region', 'eu-west-1', '--output', 'json'];
  return run('aws', ['backup', commandOf(kind), ...endpoint, ...flags]);
}

async function list(kind: Kind, ...flags: readonly string[]): Promise<Answer> {
  const { code, stdout, stderr } = await aws(kind, ...flags);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as Answer;
}

function itemsIn(kind: Kind, answer: Answer): readonly SummaryItem[] {
  return answer[factsOf(kind).resultList] as readonly SummaryItem[];
}

/** The simulator's own account of what a complete listing holds. */
async function truth(kind: Kind): Promise<readonly SummaryItem[]> {
  const answer = await fetch(`${url}/_simulator/truth?kind=${kind}&region=eu-west-1`);
  return (await answer.json()) as readonly SummaryItem[];
}

describe('the AWS CLI lists from `backup-ledger simulate`', () => {
  it.each(kindNames)('%s job summaries, page by page, to the last one', async (kind) => {
    const period = factsOf(kind).requestPeriods.ONE_DAY ?? '';
    const every = await truth(kind);
    const size = String(Math.ceil(every.length / 4));
    const pages: Answer[] = [];
    // The operation has no paginator in botocore, so the CLI offers the API's own token and no --max-items.
    for (let token: string | undefined, page = 0; page === 0 || token; page++) {
      const next = token === undefined ? [] : ['--next-token', token];
      const answer = await list(kind, '--aggregation-period', period, '--max-results', size, ...next);
      pages.push(answer);
      token = answer.NextToken;
    }
    expect(pages).toHaveLength(4);
    expect(pages.flatMap((page) => itemsIn(kind, page))).toEqual(every);
    expect(new Set(pages.map(({ AggregationPeriod }) => AggregationPeriod))).toEqual(new Set([period]));
  });

  it('with filters', async () => {
    const every = await truth('copy');
    const account = every[0]?.AccountId ?? '';
    const failed = await list('copy', '--state', 'FAILED', '--account-id', account);
    const expected = every.filter(({ State, AccountId }) => State === 'FAILED' && AccountId === account);
    expect(expected.length).toBeGreaterThan(0);
    expect(itemsIn('copy', failed)).toEqual(expected);
  });

  it('summed over what is not told apart', async () => {
    const all = ['--account-id', '--resource-type', '--state', '--message-category'];
    const flags = all.flatMap((flag) => [flag, 'AGGREGATE_ALL']);
    const summed = itemsIn('copy', await list('copy', '--aggregation-period', 'FOURTEEN_DAYS', ...flags));
    const jobs = (await truth('copy')).reduce((sum, { Count }) => sum + Count, 0);
    expect(summed).toMatchObject([{ AccountId: 'AGGREGATE_ALL', State: 'AGGREGATE_ALL', Count: jobs }]);
  });
});

describe('the AWS CLI understands the errors of `backup-ledger simulate`:', () => {
  it.each([
    ['a state that does not exist', ['--state', 'TELEPORTED'], 'Invalid State'],
    ['a token of nowhere', ['--next-token', 'nowhere'], 'Invalid NextToken'],
    ['a page that is too large', ['--max-results', '501'], 'Invalid MaxResults'],
  ])('%s', async (_, flags, message) => {
    const { code, stderr } = await aws('copy', ...flags);
    expect(code).not.toBe(0);
    expect(stderr).toContain(
      '(InvalidParameterValueException) when calling the ListCopyJobSummaries operation',
    );
    expect(stderr).toContain(message);
  });

  it.each([
    ['access-denied', 'AccessDeniedException'],
    ['throttling', 'ThrottlingException'],
    ['unavailable', 'ServiceUnavailableException'],
  ])('%s', async (fault, name) => {
    await setFaults([{ fault }]);
    const { code, stderr } = await aws('copy');
    await setFaults([]);
    expect(code).not.toBe(0);
    expect(stderr).toContain(`(${name}) when calling the ListCopyJobSummaries operation`);
  });
});

async function setFaults(faults: readonly unknown[]): Promise<void> {
  const answer = await fetch(`${url}/_simulator/faults`, { method: 'PUT', body: JSON.stringify(faults) });
  expect(answer.status).toBe(200);
}
