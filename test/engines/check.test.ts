import { json } from 'node:stream/consumers';
import {
  CreateAccountCommand,
  CreateOrganizationCommand,
  OrganizationsClient,
} from '@aws-sdk/client-organizations';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CheckResult } from '../../schemas/check-result.ts';
import { jobs, openStory, type StoryTrial, told } from '../check/story.ts';
import { runCliProcess } from '../fixtures/cli.ts';
import { listen } from '../fixtures/listen.ts';
import { type Moto, startMoto } from './moto.ts';

/** A check before topics and an organisation by other people. */

const REGION = 'eu-west-1';
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

interface Delivered {
  readonly Type: string;
  readonly Subject: string;
  readonly Message: string;
  readonly TopicArn: string;
}

/** Subscribers are greeted, too. */
function notificationsIn(message: Delivered): Delivered[] {
  return message.Type === 'Notification' ? [message] : [];
}

let moto: Moto;
let story: StoryTrial;
let topic: string;
/** What subscribers got, by what they filter by. */
const inboxes: Record<string, Delivered[]> = {};
const closers: (() => Promise<void>)[] = [];

const filters = {
  all: undefined,
  findings: { outcome: ['findings'] },
  silent: { codes: ['account-silent'] },
  other: { codes: ['ledger-stale'] },
  many: { findings: [{ numeric: ['>=', 5] }] },
};

beforeAll(async () => {
  moto = await startMoto();
  story = await openStory();
  await story.pullTo('2026-11-22', (day) => [
    ...jobs(day, '111111111111', { completed: 10 }),
    ...(day < '2026-11-12' ? jobs(day, '222222222222', { completed: 1 }) : []),
  ]);
  const sns = new SNSClient({ endpoint: moto.url, region: REGION, credentials });
  topic = (await sns.send(new CreateTopicCommand({ Name: 'backups' }))).TopicArn ?? '';
  for (const [name, policy] of Object.entries(filters)) {
    const inbox: Delivered[] = (inboxes[name] = []);
    const subscriber = await listen((request, response) => {
      void json(request)
        .then((message) => inbox.push(...notificationsIn(message as Delivered)))
        .then(() => response.end());
    });
    closers.push(() => subscriber.close());
    const Attributes = policy && { FilterPolicy: JSON.stringify(policy) };
    await sns.send(
      new SubscribeCommand({ TopicArn: topic, Protocol: 'http', Endpoint: subscriber.url, Attributes }),
    );
  }
  sns.destroy();
});
afterAll(async () => {
  await Promise.all(closers.map((close) => close()));
  await Promise.all([moto.close(), story.trial.close()]);
});
beforeEach(() => {
  for (const inbox of Object.values(inboxes)) inbox.length = 0;
});

const check = (...flags: readonly string[]) =>
  runCliProcess([...story.args(), '--json', '--max-attempts', '2', ...flags], {
    AWS_ENDPOINT_URL_SNS: moto.url,
    AWS_ENDPOINT_URL_ORGANIZATIONS: moto.url,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'us-east-1',
  });

describe('a topic', () => {
  it('delivers what was found, as text, to whoever filters for it', async () => {
    const { code, stdout, stderr } = await check('--sns-topic', topic);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    const { sns } = JSON.parse(stdout) as CheckResult;
    expect(sns).toEqual({ topic, message_id: expect.stringMatching(/^[\w-]{36}$/) });
    await expect.poll(() => inboxes['all']?.length).toBe(1);
    expect(inboxes['all']?.[0]).toMatchObject({
      TopicArn: topic,
      Subject: 'backup-ledger 2026-11-23: 1 silent account',
      Message: expect.stringContaining('1. 222222222222\nno job completed since 2026-11-11, for 11 days'),
    });
    expect(Object.entries(inboxes).flatMap(([name, { length }]) => (length > 0 ? name : []))).toEqual([
      'all',
      'findings',
      'silent',
    ]);
  });

  it('delivers a daily digest to those who do not filter', async () => {
    const quiet = ['--max-silent-days', '12', '--sns-topic', topic];
    expect((await check(...quiet)).code).toBe(0);
    expect((await check(...quiet, '--always')).code).toBe(0);
    await expect
      .poll(() => inboxes['all']?.map(({ Subject }) => Subject))
      .toEqual(['backup-ledger 2026-11-23: nothing found']);
    expect(inboxes['findings']).toEqual([]);
  });

  it('that is not there is named, and what was found is not lost', async () => {
    const { code, stdout, stderr } = await check('--sns-topic', `${topic}-2`);
    expect(code).toBe(78);
    expect(stderr).toContain("is the topic's ARN right?");
    expect(told(JSON.parse(stdout) as CheckResult)).toEqual(['account-silent 222222222222: 11 against 7']);
  });
});

describe('an organisation', () => {
  it('without accounts is told as configuration, for nobody would be missed', async () => {
    const { code, stdout, stderr } = await check('--expect-accounts', 'organizations');
    expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
    expect(stderr).toContain('AWS named no active account');
  });

  it('names the accounts that must be there', async () => {
    const client = new OrganizationsClient({ endpoint: moto.url, region: 'us-east-1', credentials });
    await client.send(new CreateOrganizationCommand({ FeatureSet: 'ALL' }));
    for (const name of ['one', 'two'])
      await client.send(new CreateAccountCommand({ AccountName: name, Email: `${name}@example.com` }));
    client.destroy();
    const { code, stdout } = await check('--expect-accounts', 'organizations');
    expect(code).toBe(1);
    const { findings } = JSON.parse(stdout) as CheckResult;
    // The management account and two members: none of them has a job, and the silent account is none of them.
    expect(findings.map(({ code: found }) => found)).toEqual(Array(3).fill('account-never-seen'));
  });
});
