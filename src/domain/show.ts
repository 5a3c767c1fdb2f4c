const MAX_CHARACTERS = 80;

/** A value as it stands in a message: JSON, shortened, and always printable. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = (jsonOf(value) ?? typeof value).toWellFormed();
  return text.length <= MAX_CHARACTERS
    ? text
    : `${text.slice(0, MAX_CHARACTERS).toWellFormed()}… (${text.length} characters)`;
}

/** JSON, or undefined for what has none: nothing, and what is nested too deep to be written. */
export function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** `1 row`, `2 rows`, `1,000 rows`. */
export function counted(count: number, what: string): string {
  return `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`;
}

/** `0.04 s`, `1.2 s`, `3 min 20 s`, `2 h 5 min`: as exact as a person asks. */
export function timeSpan(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(seconds < 1 ? 2 : 1)} s`;
  const minutes = Math.floor(Math.round(seconds) / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds) % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `one, two, three and 4 more`: enough to recognise, never a flood. */
export function some(values: Iterable<string>, most = 5): string {
  const all = [...values];
  const named = all.slice(0, most).join(', ');
  return all.length > most ? `${named} and ${all.length - most} more` : named;
}
