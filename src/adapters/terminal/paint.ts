import { styleText } from 'node:util';
import type { Tone } from '../../domain/summary.ts';

/** Colours that a terminal's theme chooses to be read on its background, and never a background of our own. */
const styles = {
  good: 'green',
  bad: 'red',
  doubtful: 'yellow',
  strong: 'bold',
  quiet: 'dim',
} as const satisfies Record<Tone, string>;

export type Paint = (text: string, tone: Tone | undefined) => string;

/** Paints words by what they stand for, or leaves them as they are. */
export function painter(colour: boolean): Paint {
  return (text, tone) =>
    colour && tone && text !== '' ? styleText(styles[tone], text, { validateStream: false }) : text;
}
