import { setTimeout as sleep } from 'node:timers/promises';
import { countsLine } from '../../src/pull/metrics.ts';
import { systemClock } from '../world/clock.ts';
import type { FunctionWorld } from './function-world.ts';

/**
 * What CloudFormation asks of a custom resource. Source: "Custom resource request objects" in the CloudFormation user guide.
 */
export interface DeploymentEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties?: { readonly SettleSeconds?: string };
}

export function isDeployment(event: unknown): event is DeploymentEvent {
  return typeof event === 'object' && event !== null && 'ResponseURL' in event && 'RequestType' in event;
}

/**
 * Gives a sign of life when a stack is made, so that the alarm that listens for runs waits for the first ones, and lets
 * CloudWatch take it in before that alarm is made. Every answer is a success: a deployment does not hang on a metric.
 */
export async function answerDeployment(
  event: DeploymentEvent,
  { say, dimensions }: FunctionWorld,
): Promise<void> {
  const { RequestType, ResponseURL, ResourceProperties, StackId, RequestId, LogicalResourceId } = event;
  if (RequestType === 'Create') {
    say(countsLine(systemClock.now(), dimensions, { Heartbeats: 1 }));
    await sleep(Number(ResourceProperties?.SettleSeconds ?? 0) * 1000);
  }
  const PhysicalResourceId = event.PhysicalResourceId ?? 'first-sign-of-life';
  const answer = { Status: 'SUCCESS', PhysicalResourceId, StackId, RequestId, LogicalResourceId };
  // S3 signed the URL without a content type.
  await fetch(ResponseURL, { method: 'PUT', headers: { 'content-type': '' }, body: JSON.stringify(answer) });
}
