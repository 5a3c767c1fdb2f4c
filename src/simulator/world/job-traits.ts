import { type FilterName, factsOf, finishedStatesOf, type Kind } from '../../../schemas/kinds.ts';

/** What a job shows of itself besides region, account and resource type. */
export type Face = Readonly<Partial<Record<FilterName, string>>>;

/** The steps of a job's life, in order. Not every job takes all of them. */
export const steps = ['created', 'pending', 'running', 'closing', 'finished'] as const;
export type Step = 0 | 1 | 2 | 3 | 4;

/** Indexes into `faces` by step; -1 for a step that jobs of this outcome do not take. */
export type Story = readonly [number, number, number, number, number];

export interface FaceTable {
  readonly faces: readonly Face[];
  /** One per way a job can end. The first one is plain success. */
  readonly stories: readonly Story[];
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

/** The values of a dimension that jobs in a state show. A job that has no message yet reports none of trouble. */
function valuesOf(dimension: FilterName, state: string): readonly string[] {
  if (dimension === 'MessageCategory') return messages[state] ?? ['SUCCESS'];
  if (dimension === 'ScanResultStatus') return scanResults[state] ?? ['UNKNOWN'];
  return ['GUARDDUTY'];
}

function facesOf(kind: Kind, state: string): readonly Face[] {
  const details = factsOf(kind).filters.filter(
    (name) => !['AccountId', 'ResourceType', 'State'].includes(name),
  );
  return details.reduce<readonly Face[]>(
    (faces, name) =>
      faces.flatMap((face) => valuesOf(name, state).map((value) => ({ ...face, [name]: value }))),
    [{ State: state }],
  );
}

function buildFaceTable(kind: Kind): FaceTable {
  const facts = factsOf(kind);
  const unfinished = facts.unfinishedStates.flatMap((state) => facesOf(kind, state));
  const endings = finishedStatesOf(kind).toSorted(
    (a, b) => Number(b === 'COMPLETED') - Number(a === 'COMPLETED'),
  );
  const finished = endings.flatMap((state) => facesOf(kind, state));
  const stepIn = (state: string | undefined) => unfinished.findIndex((face) => face.State === state);
  const stories = finished.map((face, index): Story => [
    stepIn('CREATED'),
    stepIn('PENDING'),
    stepIn('RUNNING'),
    stepIn(closingStates[face.State ?? '']),
    unfinished.length + index,
  ]);
  return { faces: [...unfinished, ...finished], stories };
}

const tables = new Map<Kind, FaceTable>();

/** Everything a kind's jobs can show, and the ways their lives can go. */
export function faceTableOf(kind: Kind): FaceTable {
  const known = tables.get(kind) ?? buildFaceTable(kind);
  tables.set(kind, known);
  return known;
}
