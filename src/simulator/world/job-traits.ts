import { type FilterName, factsOf, finishedStatesOf, type Kind } from '../../../schemas/kinds.ts';

/** The dimensions of a job besides region, account and resource type. */
export type JobTraits = Readonly<Partial<Record<FilterName, string>>>;

/** The steps of a job's life, in order. Not every job takes all of them. */
export const steps = ['created', 'pending', 'running', 'closing', 'finished'] as const;
export type Step = 0 | 1 | 2 | 3 | 4;

/** Indexes into `traits` by step; -1 for a step that jobs of this outcome do not take. */
export type LifeCycle = readonly [number, number, number, number, number];

export interface TraitTable {
  readonly traits: readonly JobTraits[];
  /** One for each way a job can end. The first one is plain success. */
  readonly lifeCycles: readonly LifeCycle[];
}

// Spelled as inconsistently as AWS spells them.
const messages: Readonly<Record<string, readonly string[]>> = {
  COMPLETED: ['SUCCESS', 'Success', 'INVALIDPARAMETERS'],
  FAILED: ['AccessDenied', 'INVALIDPARAMETERS', 'ACCESSDENIED', 'Clé_introuvable', 'InvalidParameters'],
  ABORTED: ['JobAborted'],
  EXPIRED: ['JOBEXPIRED'],
  PARTIAL: ['Partial', 'AccessDenied'],
};

const scanResults: Readonly<Record<string, readonly string[]>> = {
  COMPLETED: ['NO_THREATS_FOUND'],
  COMPLETED_WITH_ISSUES: ['THREATS_FOUND', 'UNKNOWN'],
};

const closingStates: Readonly<Record<string, string>> = {
  COMPLETED: 'COMPLETING',
  FAILED: 'FAILING',
  ABORTED: 'ABORTING',
};

/** The values of a dimension that jobs in a state have. An unfinished job has no trouble to report yet. */
function valuesOf(dimension: FilterName, state: string): readonly string[] {
  if (dimension === 'MessageCategory') return messages[state] ?? ['SUCCESS'];
  if (dimension === 'ScanResultStatus') return scanResults[state] ?? ['UNKNOWN'];
  return ['GUARDDUTY'];
}

function traitsOf(kind: Kind, state: string): readonly JobTraits[] {
  const details = factsOf(kind).filters.filter(
    (name) => !['AccountId', 'ResourceType', 'State'].includes(name),
  );
  return details.reduce<readonly JobTraits[]>(
    (combinations, name) =>
      combinations.flatMap((traits) => valuesOf(name, state).map((value) => ({ ...traits, [name]: value }))),
    [{ State: state }],
  );
}

function buildTraitTable(kind: Kind): TraitTable {
  const facts = factsOf(kind);
  const unfinished = facts.unfinishedStates.flatMap((state) => traitsOf(kind, state));
  const endings = finishedStatesOf(kind).toSorted(
    (a, b) => Number(b === 'COMPLETED') - Number(a === 'COMPLETED'),
  );
  const finished = endings.flatMap((state) => traitsOf(kind, state));
  const stepIn = (state: string | undefined) => unfinished.findIndex((traits) => traits.State === state);
  const lifeCycles = finished.map((traits, index): LifeCycle => [
    stepIn('CREATED'),
    stepIn('PENDING'),
    stepIn('RUNNING'),
    stepIn(closingStates[traits.State ?? '']),
    unfinished.length + index,
  ]);
  return { traits: [...unfinished, ...finished], lifeCycles };
}

const tables = new Map<Kind, TraitTable>();

/** Every combination of traits that a kind's jobs can have, and every life cycle. */
export function traitTableOf(kind: Kind): TraitTable {
  const known = tables.get(kind) ?? buildTraitTable(kind);
  tables.set(kind, known);
  return known;
}
