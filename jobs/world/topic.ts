import { SNSClient } from '@aws-sdk/client-sns';
import { createRetry } from '../../src/adapters/aws/retry.ts';
import { type Notice, publish } from '../../src/adapters/aws/sns.ts';
import { clientOptions, defaultTimeouts } from './client-options.ts';
import type { Session } from './session.ts';

/** Publishes a message in the topic's own region. Returns its number. */
export async function publishNotice(
  notice: Notice,
  maxAttempts: number,
  { clock, signal }: Pick<Session, 'clock' | 'signal'>,
): Promise<string> {
  const region = notice.topic.split(':')[3] ?? '';
  const client = new SNSClient({ region, ...clientOptions(defaultTimeouts) });
  const retry = createRetry({ maxAttempts, signal, now: clock.now });
  return publish(notice, { client, retry, signal }).finally(() => client.destroy());
}
