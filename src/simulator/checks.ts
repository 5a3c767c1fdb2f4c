/** What was expected; undefined for a value that is right. */
export type Check = (value: unknown) => string | undefined;

export type Checks = Readonly<Record<string, Check>>;

export function oneOf(...values: readonly (string | number)[]): Check {
  return (value) => (values.some((known) => known === value) ? undefined : `one of ${values.join(', ')}`);
}

export function numberFrom(low: number, high = Infinity): Check {
  const range = high === Infinity ? `a number from ${low}` : `a number from ${low} to ${high}`;
  return (value) => (typeof value === 'number' && value >= low && value <= high ? undefined : range);
}

export function wholeFrom(low: number, high = Number.MAX_SAFE_INTEGER): Check {
  const range =
    high === Number.MAX_SAFE_INTEGER ? `a whole number from ${low}` : `a whole number from ${low} to ${high}`;
  return (value) =>
    Number.isSafeInteger(value) && numberFrom(low, high)(value) === undefined ? undefined : range;
}

export function matching(pattern: RegExp, expected: string): Check {
  return (value) => (typeof value === 'string' && pattern.test(value) ? undefined : expected);
}

export const isFlag: Check = (value) => (typeof value === 'boolean' ? undefined : 'true or false');
export const isText: Check = (value) => (typeof value === 'string' ? undefined : 'text');
export const isAnything: Check = () => undefined;

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Every problem of an object, as `path: expected …, got …`. Names without a check are problems. */
export function problemsOf(path: string, value: unknown, checks: Checks): string[] {
  if (!isRecord(value)) return [problem(path, 'an object', value)];
  return Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .flatMap(([name, member]) => {
      const check = checks[name];
      if (!check)
        return [problem(pathTo(path, name), `one of the names ${Object.keys(checks).join(', ')}`, name)];
      const expected = check(member);
      return expected === undefined ? [] : [problem(pathTo(path, name), expected, member)];
    });
}

/** Every problem of a list, each item judged by its own path. */
export function problemsOfList(
  path: string,
  value: unknown,
  judge: (path: string, item: unknown) => string[],
): string[] {
  if (!Array.isArray(value)) return [problem(path, 'a list', value)];
  return value.flatMap((item, index) => judge(`${path}[${index}]`, item));
}

export function problem(path: string, expected: string, got: unknown): string {
  return `${path}: expected ${expected}, got ${got === undefined ? 'nothing' : JSON.stringify(got)}`;
}

function pathTo(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
