import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AthenaServer } from '../fixtures/athena-server.ts';
import { deployLambda, type LambdaFunction } from '../fixtures/lambda-function.ts';
import { startTopicServer, type TopicServer } from '../fixtures/topic-server.ts';
import { startAthenaOver } from './athena.ts';
import { jobs, openStory, type StoryTrial } from './story.ts';

/** Action `check` of the function as it is deployed. */

const TOPIC = 'arn:aws:sns:eu-west-1:999999999999:backups';
const SILENT = 20;

let story: StoryTrial;
let athena: AthenaServer;
let sns: TopicServer;
let lambda: LambdaFunction;
beforeAll(async () => {
  story = await openStory();
  const quiet = Array.from({ length: SILENT }, (_, index) => String(222222222222 + index));
  await story.pullTo('2026-11-22', (day) => [
    ...jobs(day, '111111111111', { completed: 1 }),
    ...(day < '2026-11-12' ? quiet.flatMap((account) => jobs(day, account, { completed: 1 })) : []),
  ]);
  athena = await startAthenaOver(story.trial.ledger);
  sns = await startTopicServer();
  lambda = deployLambda({
    AWS_ENDPOINT_URL_ATHENA: athena.url,
    AWS_ENDPOINT_URL_SNS: sns.url,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'eu-west-1',
    BACKUP_LEDGER_LEDGER: 's3://bucket/ledger',
    BACKUP_LEDGER_NOW: new Date(story.trial.simulator.clock.now()).toISOString(),
    BACKUP_LEDGER_LOG_LEVEL: 'error',
    BACKUP_LEDGER_MAX_ATTEMPTS: '2',
  });
});
afterAll(async () => {
  await Promise.all([athena.close(), sns.close(), story.trial.close()]);
});

const check = (flags: object, timeLeftMs = 60_000) =>
  lambda.invoke({ action: 'check', flags }, { timeLeftMs });

describe('action check', () => {
  it('answers how much was found, the worst in words, and what it published', async () => {
    const { payload, failed } = await check({ 'sns-topic': TOPIC });
    expect(failed).toBe(false);
    expect(payload).toEqual({
      schema_version: 1,
      outcome: 'findings',
      findings: SILENT,
      codes: { 'account-silent': SILENT },
      worst: expect.arrayContaining([
        expect.stringMatching(/^account-silent 222222222222: no job completed since 2026-11-11, for 11 days/),
      ]),
      message_id: 'message-1',
    });
    expect((payload as { worst: string[] }).worst).toHaveLength(10);
    expect(lambda.log().match(/^account-silent \d{12}: /gm)).toHaveLength(SILENT);
    expect(sns.published).toHaveLength(1);
  });

  it('answers that nothing was found', async () => {
    const { payload } = await check({ 'max-silent-days': 12 });
    const nothing = { outcome: 'ok', findings: 0, codes: {}, worst: [], message_id: null };
    expect(payload).toEqual({ schema_version: 1, ...nothing });
  });

  it.each([
    [403, 'AuthorizationError', 'FixConfig'],
    [500, 'InternalError', 'RetryLater'],
  ])('fails when the topic cannot be told (%i %s), by who acts', async (status, code, errorType) => {
    sns.fail({ status, code, times: 9 });
    const { payload, failed } = await check({ 'sns-topic': TOPIC });
    sns.fail({ status, code, times: 0 });
    expect(failed).toBe(true);
    expect(payload).toMatchObject({
      errorType,
      errorMessage: expect.stringContaining('the message could not be published'),
    });
  });

  it('does not begin without time', async () => {
    expect((await check({}, 5_000)).payload).toMatchObject({ errorType: 'RetryLater' });
  });

  it.each([
    ['a local ledger', { ledger: './ledger' }, 'ledger: expected s3://bucket/prefix'],
    ['flags of a pull', { kind: 'copy' }, 'kind: unknown flag'],
    ['a file of accounts', { 'expect-accounts': '@x' }, 'expect-accounts: expected a list'],
    ['a file of flags', { config: 'x.json' }, 'config: expected no file'],
  ])('refuses %s', async (_what, flags, problem) => {
    expect((await check(flags)).payload).toMatchObject({
      errorType: 'FixConfig',
      errorMessage: expect.stringContaining(problem),
    });
  });
});
