import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { recoveryNames } from '../../src/errors.ts';

/** The definition as a document; test/engines runs it. */

interface State {
  readonly Type: string;
  readonly Retry?: readonly { readonly ErrorEquals: readonly string[]; readonly JitterStrategy?: string }[];
  readonly Catch?: readonly { readonly ErrorEquals: readonly string[] }[];
  readonly ItemProcessor?: Machine;
  readonly MaxConcurrency?: number;
  readonly Next?: string;
}

interface Machine {
  readonly States: Readonly<Record<string, State>>;
}

const text = readFileSync(
  new URL('../../jobs/step-functions/state-machine.asl.json', import.meta.url),
  'utf8',
);
const machine = JSON.parse(text) as Machine;
/** asl-validator has no types. */
const validate = createRequire(import.meta.url)('asl-validator') as (
  definition: unknown,
  options: { readonly checkPaths: boolean; readonly checkArn: boolean },
) => { readonly isValid: boolean; readonly errors: readonly unknown[] };
const judge = (definition: unknown) => validate(definition, { checkPaths: true, checkArn: false });

const map = machine.States['PullSlices'];
const all = { ...machine.States, ...map?.ItemProcessor?.States };
const tasks = Object.entries(all).filter(([, { Type }]) => Type === 'Task');

describe('the state machine', () => {
  it('is valid Amazon States Language', () => {
    expect(judge(machine)).toMatchObject({ isValid: true, errors: [] });
  });

  it('would not be with a Next that leads nowhere', () => {
    const broken = JSON.parse(text.replace('"Next": "Summarize"', '"Next": "Sumarize"')) as unknown;
    expect(judge(broken).isValid).toBe(false);
  });

  it.each(tasks)(
    'tries %s again only for what another try may mend, with jitter',
    (_name, { Retry = [] }) => {
      const errors = Retry.flatMap(({ ErrorEquals }) => ErrorEquals);
      expect(errors).toContain(recoveryNames['retry-later']);
      for (const recovery of ['fix-config', 'fix-data', 'report-bug', 'fix-usage'] as const)
        expect(errors).not.toContain(recoveryNames[recovery]);
      expect(errors).not.toContain('States.ALL');
      expect(errors).not.toContain('States.TaskFailed');
      expect(Retry.map(({ JitterStrategy }) => JitterStrategy)).toEqual(['FULL']);
    },
  );

  it('catches whatever a slice fails with, within the slice', () => {
    expect(all['PullSlice']?.Catch).toMatchObject([{ ErrorEquals: ['States.ALL'] }]);
  });

  it('bounds how many slices are pulled side by side, below the 40 that an inline Map allows', () => {
    expect(map?.MaxConcurrency).toBeGreaterThan(0);
    expect(map?.MaxConcurrency).toBeLessThanOrEqual(40);
  });

  it('succeeds in one place only', () => {
    expect(Object.values(all).filter(({ Type }) => Type === 'Succeed')).toHaveLength(1);
  });
});
