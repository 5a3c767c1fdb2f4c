import { show } from '../../domain/show.ts';

/**
 * What AWS and the SDK say about an error, fit for logs and records: its first line, without what authenticates a
 * request. A SignatureDoesNotMatch repeats the whole signed request, session token included, from its second line on.
 */
export function redactedMessage(error: unknown): string {
  // What an answer calls its message may be anything.
  const said: unknown = error instanceof Error ? error.message : error;
  const text = typeof said === 'string' ? said : show(said);
  const [line = ''] = text.trim().split('\n', 1);
  return secrets.reduce((words, secret) => words.replaceAll(secret, '$1[redacted]'), line);
}

const secrets: readonly RegExp[] = [
  /(x-amz-security-token["']?\s*[:=]\s*["']?)[^\s"'&,]+/gi,
  /(Credential=)[^\s"'&,]+/gi,
  /(Signature["']?\s*[:=]\s*["']?)[0-9a-f]+/gi,
  /()\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b/g,
];
