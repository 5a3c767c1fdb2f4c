import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { recoveryNames } from '../../src/errors.ts';

/** The definitions as documents; test/engines runs them. */

interface State {
  readonly Type: string;
  readonly Resource?: string;
  readonly Parameters?: { readonly Payload?: Readonly<Record<string, unknown>> };
  readonly Retry?: readonly { readonly ErrorEquals: readonly string[]; readonly JitterStrategy?: string }[];
  readonly Catch?: readonly { readonly ErrorEquals: readonly string[]; readonly Next: string }[];
  readonly ItemProcessor?: Machine & { readonly ProcessorConfig: object };
  readonly MaxConcurrency?: number;
  readonly ToleratedFailurePercentage?: number;
  readonly TimeoutSeconds?: number;
  readonly ResultPath?: string | null;
  readonly OutputPath?: string;
  readonly Next?: string;
  readonly End?: boolean;
}

interface Machine {
  readonly States: Readonly<Record<string, State>>;
  readonly TimeoutSeconds?: number;
}

/** asl-validator has no types. */
const validate = createRequire(import.meta.url)('asl-validator') as (
  definition: unknown,
  options: { readonly checkPaths: boolean; readonly checkArn: boolean },
) => { readonly isValid: boolean; readonly errors: readonly unknown[] };
const judge = (definition: unknown) => validate(definition, { checkPaths: true, checkArn: false });

function textOf(name: string): string {
  return readFileSync(new URL(`../../jobs/step-functions/${name}.asl.json`, import.meta.url), 'utf8');
}
const machineOf = (name: string) => JSON.parse(textOf(name)) as Machine;

/** States of a definition, those inside a Map too. */
function statesOf({ States }: Machine): Record<string, State> {
  const inner = Object.values(States).flatMap(({ ItemProcessor }) => (ItemProcessor ? [ItemProcessor] : []));
  return Object.assign({}, States, ...inner.map(statesOf)) as Record<string, State>;
}

describe.each(['state-machine', 'verify'])('%s.asl.json', (name) => {
  const machine = machineOf(name);
  const states = statesOf(machine);
  const tasks = Object.entries(states).filter(([, { Type }]) => Type === 'Task');

  it('is valid Amazon States Language', () => {
    expect(judge(machine)).toMatchObject({ isValid: true, errors: [] });
  });

  it('would not be with a Next that leads nowhere', () => {
    const broken = JSON.parse(textOf(name).replace('"Next": "Is', '"Next": "Si')) as unknown;
    expect(judge(broken).isValid).toBe(false);
  });

  it.each(tasks)(
    'tries %s again only for what another try may mend, with jitter',
    (_name, { Retry = [] }) => {
      const errors = Retry.flatMap(({ ErrorEquals }) => ErrorEquals);
      for (const passing of [recoveryNames['retry-later'], 'Sandbox.Timedout', 'Runtime.ExitError'])
        expect(errors).toContain(passing);
      for (const recovery of ['fix-config', 'fix-data', 'report-bug', 'fix-usage'] as const)
        expect(errors).not.toContain(recoveryNames[recovery]);
      expect(errors).not.toContain('States.ALL');
      expect(errors).not.toContain('States.TaskFailed');
      expect(Retry.map(({ JitterStrategy }) => JitterStrategy)).toEqual(['FULL']);
    },
  );

  it('waits for nothing for ever', () => {
    expect(machine.TimeoutSeconds).toBeLessThanOrEqual(12 * 3600);
    // A little longer than a function may take.
    for (const [, { TimeoutSeconds }] of tasks) expect(TimeoutSeconds).toBe(960);
  });

  it('calls the function in any partition', () => {
    for (const [, { Resource }] of tasks) expect(Resource).toBe('arn:${Partition}:states:::lambda:invoke');
    expect(textOf(name)).not.toContain('arn:aws');
  });

  it('succeeds in one place only', () => {
    expect(Object.values(states).filter(({ Type }) => Type === 'Succeed')).toHaveLength(1);
  });
});

describe('the state machine of a run', () => {
  const machine = machineOf('state-machine');
  const states = statesOf(machine);
  const map = machine.States['PullSlices'];

  it('catches whatever a slice fails with, within the slice', () => {
    expect(states['PullSlice']?.Catch).toMatchObject([{ ErrorEquals: ['States.ALL'] }]);
    expect(states['SliceFailed']?.Catch).toMatchObject([{ ErrorEquals: ['States.ALL'] }]);
    expect(map?.ToleratedFailurePercentage).toBe(100);
  });

  it('bounds how many slices are pulled side by side', () => {
    expect(map?.MaxConcurrency).toBeGreaterThan(0);
    expect(map?.MaxConcurrency).toBeLessThanOrEqual(40);
  });

  it('has a history of its own for each slice: one for all holds 25,000 events', () => {
    expect(map?.ItemProcessor?.ProcessorConfig).toEqual({ Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' });
  });

  it('takes from a slice nothing but its number, and from the Map nothing at all', () => {
    const last = Object.values(map?.ItemProcessor?.States ?? {}).filter(({ End }) => End);
    expect(last).toHaveLength(3);
    for (const { OutputPath } of last) expect(OutputPath).toBe('$.slice');
    expect(map?.ResultPath).toBeNull();
  });

  it.each(['Register', 'Check'])('is never red because %s failed, and tells of it', (step) => {
    const [caught] = states[step]?.Catch ?? [];
    expect(caught?.ErrorEquals).toEqual(['States.ALL']);
    const failed = states[caught?.Next ?? ''];
    expect(failed?.Parameters?.Payload).toMatchObject({ action: 'fail', step: step.toLowerCase() });
    expect([failed?.Next, failed?.Catch?.[0]?.Next]).toEqual([states[step]?.Next, states[step]?.Next]);
  });
});
