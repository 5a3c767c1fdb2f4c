import {
  ListAWSServiceAccessForOrganizationCommand,
  type OrganizationsClient,
} from '@aws-sdk/client-organizations';
import type { TrustedServices } from '../../ports.ts';
import { classifyAwsError } from './errors.ts';
import type { Retry } from './retry.ts';

export interface TrustedServicesOptions {
  readonly client: OrganizationsClient;
  readonly retry: Retry;
  readonly signal: AbortSignal;
}

/** Without an organisation, or none that this account may ask. Source: the AWS Organizations API reference. */
const answerByError: ReadonlyMap<string, TrustedServices> = new Map([
  ['AWSOrganizationsNotInUseException', 'no organisation'],
  ['AccessDeniedException', 'denied'],
]);

/** The services that the caller's organisation trusts, or why they are not known. Throws what else goes wrong. */
export async function trustedServices(options: TrustedServicesOptions): Promise<TrustedServices> {
  const { client, retry, signal } = options;
  const names: string[] = [];
  let token: string | undefined;
  try {
    do {
      const command = new ListAWSServiceAccessForOrganizationCommand({ NextToken: token });
      const page = await retry(() => client.send(command, { abortSignal: signal }));
      names.push(
        ...(page.EnabledServicePrincipals ?? []).flatMap((service) => service.ServicePrincipal ?? []),
      );
      token = page.NextToken === token ? undefined : page.NextToken;
    } while (token !== undefined && token !== '');
    return names;
  } catch (error) {
    const answer = answerByError.get(classifyAwsError(error).name);
    if (answer === undefined) throw error;
    return answer;
  }
}
