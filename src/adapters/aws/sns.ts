import { type MessageAttributeValue, PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import { LedgerError, RequestError, retryHint } from '../../errors.ts';
import { BrokenTransferError, classifyAwsError, describeAwsError } from './errors.ts';
import type { Retry } from './retry.ts';

/** What a topic's subscribers get. */
export interface Notice {
  readonly topic: string;
  readonly subject: string;
  readonly text: string;
  readonly attributes: Readonly<Record<string, string | number | readonly string[]>>;
}

/** Publishes one message and returns its number. A publish whose answer was lost is sent again: subscribers may get two. Throws `RequestError`. */
export async function publish(
  { topic, subject, text, attributes }: Notice,
  options: { readonly client: SNSClient; readonly retry: Retry; readonly signal: AbortSignal },
): Promise<string> {
  const { client, retry, signal } = options;
  const command = new PublishCommand({
    TopicArn: topic,
    Subject: subject,
    Message: text,
    MessageAttributes: Object.fromEntries(
      Object.entries(attributes).map(([name, value]) => [name, attributeOf(value)]),
    ),
  });
  return retry(async () => {
    const { MessageId: id } = await client.send(command, { abortSignal: signal });
    if (typeof id !== 'string' || id === '')
      throw new BrokenTransferError('SNS took a message without naming it');
    return id;
  }).catch((error: unknown) => {
    throw signal.aborted ? signal.reason : asPublishError(error, topic);
  });
}

/** Source of the types: "Amazon SNS message attributes" in the SNS developer guide. */
function attributeOf(value: string | number | readonly string[]): MessageAttributeValue {
  if (typeof value === 'number') return { DataType: 'Number', StringValue: String(value) };
  if (typeof value === 'string') return { DataType: 'String', StringValue: value };
  return { DataType: 'String.Array', StringValue: JSON.stringify(value) };
}

function asPublishError(error: unknown, topic: string): LedgerError {
  if (error instanceof LedgerError) return error;
  const { recovery, status } = classifyAwsError(error);
  const cure = cures.get(status) ?? retryHint(recovery);
  const message = `the message could not be published to ${topic}: ${describeAwsError(error)}${cure}`;
  return new RequestError(recovery, message, { cause: error });
}

const cures: ReadonlyMap<number | undefined, string> = new Map([
  [403, '; the caller needs the rights of jobs/iam/check-policy.json'],
  [404, "; is the topic's ARN right?"],
]);
