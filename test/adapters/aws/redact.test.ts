import { describe, expect, it } from 'vitest';
import { redactedMessage } from '../../../src/adapters/aws/redact.ts';

describe('the words of an error', () => {
  it.each([
    ['Rate exceeded', 'Rate exceeded'],
    ["  the signature does not match.\n\nThe Canonical String was\n'GET", 'the signature does not match.'],
    [
      '{"x-amz-security-token":"FwoGZX//secret=","host":"x"}',
      '{"x-amz-security-token":"[redacted]","host":"x"}',
    ],
    ['GET /?X-Amz-Security-Token=FwoG%2Fsecret&x=1', 'GET /?X-Amz-Security-Token=[redacted]&x=1'],
    [
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261123/eu-west-1/backup/aws4_request, SignedHeaders=host, Signature=5d672d79',
      'AWS4-HMAC-SHA256 Credential=[redacted], SignedHeaders=host, Signature=[redacted]',
    ],
    ['the key ASIAIOSFODNN7EXAMPLE is unknown', 'the key [redacted] is unknown'],
    ['account 123456789012 may not', 'account 123456789012 may not'],
  ])('%j become %j', (message, words) => {
    expect(redactedMessage(new Error(message))).toBe(words);
  });

  it('are had of what is no error, too', () => {
    expect(redactedMessage('odd')).toBe('odd');
  });
});
