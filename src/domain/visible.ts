/**
 * What steers a terminal instead of being shown: control characters but the line break and the tab (ESC, BEL, carriage
 * return, C1), and marks that turn the direction of text.
 */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const STEERING = /[\0-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Text of others as a terminal may be given it: what would steer it is written out, `\u001b`. */
export function visible(text: string): string {
  return text.replaceAll(STEERING, escaped);
}

/** The same for a text that has one line. */
export function visibleInLine(text: string): string {
  return visible(text).replaceAll(/[\n\t]/g, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
