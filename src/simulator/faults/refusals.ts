import { type Answer, AwsError, errorAnswer, tokenRefused } from '../errors.ts';
import type { Fault } from './faults.ts';

/** What a fault answers instead of a page; undefined for faults that let the page through or break its transfer. */
export function refusalOf(fault: Fault | undefined): Answer | undefined {
  if (fault?.fault === 'html') return htmlAnswer(fault.status ?? 200);
  const error = fault && errorOf(fault);
  return error && errorAnswer(error);
}

function errorOf(fault: Fault): AwsError | undefined {
  if (fault.fault === 'throttling') return throttled(fault.retryAfterSeconds);
  if (fault.fault === 'rate-limit') return throttled();
  if (fault.fault === 'unavailable') {
    return new AwsError('ServiceUnavailableException', fault.status ?? 500, {
      message: 'Service is unavailable',
    });
  }
  if (fault.fault === 'access-denied') {
    const message = 'User is not authorized to perform this operation';
    return new AwsError('AccessDeniedException', 403, { message });
  }
  if (fault.fault === 'unrecognized-client') {
    const message = 'The security token included in the request is invalid';
    return new AwsError('UnrecognizedClientException', 403, { message });
  }
  if (fault.fault === 'error') {
    const message = 'The request was refused';
    return new AwsError(fault.code ?? 'UnexpectedException', fault.status, { message });
  }
  return fault.fault === 'expired-token' ? tokenRefused() : undefined;
}

function throttled(retryAfterSeconds?: number): AwsError {
  return new AwsError('ThrottlingException', 400, {
    message: 'Rate exceeded',
    ...(retryAfterSeconds !== undefined && { headers: { 'retry-after': String(retryAfterSeconds) } }),
  });
}

function htmlAnswer(status: 200 | 503): Answer {
  const body = '<!DOCTYPE html><html><body><h1>Service temporarily unavailable</h1></body></html>';
  return { status, headers: { 'content-type': 'text/html' }, body };
}
