import { describe, expect, it } from 'vitest';
import { createLogger } from '../../../src/adapters/terminal/logger.ts';
import { prettyLog } from '../../../src/adapters/terminal/pretty-log.ts';
import { aSlice, onlySlice, pullOnce } from '../../fixtures/builders.ts';

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

  it.each(['json', 'pretty'])(
    'as %s shows words of others, wherever they stand, and is steered by none',
    async (format) => {
      const evil = '\u001b]0;t\u0007\r\u009b31m\u202e\n12:00:00 INFO: forged';
      const out = collect();
      const stream = format === 'pretty' ? prettyLog({ colorize: false, write: out.write }) : out;
      const log = createLogger({ level: 'debug', stream });
      const from = { ...slice, region: evil as typeof slice.region };
      log.info(evil);
      log.warn(evil);
      log.error(evil);
      log.report({ type: 'retry', slice: from, attempt: 2, reason: evil });
      log.report({ type: 'restart', slice, reason: evil });
      log.report({ type: 'warning', slice, message: evil });
      const done = onlySlice(await pullOnce([]));
      const result = { ...done, error: { name: evil, message: evil, recovery: 'retry-later' as const } };
      log.report({ type: 'slice-finished', slice, result });
      const text = out.lines.join('');
      // oxlint-disable-next-line no-control-regex -- they are what must not be there
      expect(text).not.toMatch(/[\0-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
      expect(text.split('\n')).toHaveLength(7 + 1);
    },
  );
});
