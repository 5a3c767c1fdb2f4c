import { describe, expect, it } from 'vitest';
import { createLogger } from '../../../src/adapters/terminal/logger.ts';
import { prettyLog } from '../../../src/adapters/terminal/pretty-log.ts';
import { aSlice } from '../../fixtures/builders.ts';

const slice = aSlice();

function collect() {
  const lines: string[] = [];
  return { lines, write: (line: string) => void lines.push(line) };
}

describe('the log', () => {
  it('is one JSON object a line, with time, level and slice', () => {
    const out = collect();
    createLogger({ level: 'info', stream: out }).report({
      type: 'retry',
      slice,
      attempt: 2,
      reason: 'Throttling',
    });
    expect(out.lines).toHaveLength(1);
    expect(JSON.parse(out.lines[0] ?? '')).toMatchObject({
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      slice: 'copy-ONE_DAY-eu-west-1-any',
      msg: 'try 2 failed, will try again: Throttling',
    });
  });

  it('leaves out what is less severe than its level', () => {
    const out = collect();
    const log = createLogger({ level: 'warn', stream: out });
    log.report({ type: 'page', slice, page: 1, rows: 500 });
    log.info('quiet');
    log.warn('loud');
    expect(out.lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(['loud']);
  });

  it('for people is a sentence, without colours unless asked', () => {
    const out = collect();
    const stream = prettyLog({ colorize: false, write: out.write });
    createLogger({ level: 'info', stream }).report({ type: 'warning', slice, message: 'mind the gap' });
    expect(out.lines.join('')).toMatch(
      /^\[\d\d:\d\d:\d\d\] WARN: copy-ONE_DAY-eu-west-1-any: mind the gap\n$/,
    );
  });
});
