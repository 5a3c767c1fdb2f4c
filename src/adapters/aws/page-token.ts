/** Whether an answer's token can be that of a next page, or says that there is none. */
export function isToken(token: unknown): token is string | undefined {
  return token === undefined || typeof token === 'string';
}
