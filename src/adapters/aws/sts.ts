import { AssumeRoleCommand, GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import { LedgerError, RequestError } from '../../errors.ts';
import type { Caller, RoleCredentials } from '../../ports.ts';
import { BrokenTransferError, classifyAwsError, describeAwsError } from './errors.ts';
import type { Retry } from './retry.ts';

/** How a session of ours is called in the account's CloudTrail. */
export const SESSION_NAME = 'backup-ledger';

/** A role could not be assumed. What AWS said is its cause, which decides whether to try again. */
class RoleError extends Error {
  override readonly name = 'RoleError';
}

/**
 * Makes the function by which the SDK gets a role's credentials, first and whenever they are about to end. It does not
 * retry: it is called while a request is made ready, and the request is what is sent again.
 */
export function assumeRole(
  client: STSClient,
  roleArn: string,
  signal: AbortSignal,
): () => Promise<RoleCredentials> {
  return async () => {
    const command = new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: SESSION_NAME });
    const { Credentials: found } = await client
      .send(command, { abortSignal: signal })
      .catch((cause: unknown) => {
        throw new RoleError(`${roleArn} could not be assumed: ${describeAwsError(cause)}`, { cause });
      });
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = found ?? {};
    if (!AccessKeyId || !SecretAccessKey || !SessionToken)
      throw new BrokenTransferError(`${roleArn} could not be assumed: STS sent no credentials`);
    return {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken,
      ...(Expiration && { expiration: Expiration }),
    };
  };
}

/** Who the credentials say the caller is, and what time AWS has. Throws `RequestError`. */
export async function callerIdentity(client: STSClient, retry: Retry, signal: AbortSignal): Promise<Caller> {
  let date: string | undefined;
  const command = new GetCallerIdentityCommand({});
  command.middlewareStack.add(
    (next) => async (args) => {
      const output = await next(args);
      date = (output.response as { readonly headers?: Readonly<Record<string, string>> }).headers?.['date'];
      return output;
    },
    { step: 'deserialize', name: 'readDate' },
  );
  try {
    const caller = await retry(async () => {
      const { Account: account, Arn: arn } = await client.send(command, { abortSignal: signal });
      if (!account || !arn) throw new BrokenTransferError('STS named no caller');
      return { account, arn };
    });
    const time = Date.parse(date ?? '');
    return { ...caller, ...(!Number.isNaN(time) && { time }) };
  } catch (error) {
    const { recovery, aborted } = classifyAwsError(error);
    if (error instanceof LedgerError || aborted) throw error;
    throw new RequestError(recovery, `GetCallerIdentity: ${describeAwsError(error)}`, { cause: error });
  }
}
