import { AGGREGATE_ALL, ANY, type FilterName, type Filters } from '../../../schemas/kinds.ts';
import type { JobTraits } from './job-traits.ts';

/** The label each value of a dimension has under a filter; -1 for a value that is not in the answer. */
export interface Projection<Label> {
  readonly target: Int32Array;
  readonly labels: readonly Label[];
}

/** Accounts or resource types under their filter. */
export function projectValues(values: readonly string[], filter: string): Projection<string> {
  return project(values, (value) => filtered(value, filter), String);
}

/** Traits under the filters of all their dimensions. */
export function projectTraits(traits: readonly JobTraits[], filters: Filters): Projection<JobTraits> {
  return project(traits, (combination) => filteredTraits(combination, filters), JSON.stringify);
}

function project<Value, Label>(
  values: readonly Value[],
  labelOf: (value: Value) => Label | undefined,
  keyOf: (label: Label) => string,
): Projection<Label> {
  const labels = new Map<string, { readonly index: number; readonly label: Label }>();
  const target = Int32Array.from(values, (value) => {
    const label = labelOf(value);
    if (label === undefined) return -1;
    const known = labels.get(keyOf(label)) ?? { index: labels.size, label };
    labels.set(keyOf(label), known);
    return known.index;
  });
  return { target, labels: [...labels.values()].map(({ label }) => label) };
}

function filtered(value: string, filter: string): string | undefined {
  if (filter === ANY) return value;
  if (filter === AGGREGATE_ALL) return AGGREGATE_ALL;
  return value === filter ? value : undefined;
}

function filteredTraits(traits: JobTraits, filters: Filters): JobTraits | undefined {
  const entries = Object.entries(traits).map(
    ([name, value]) => [name, filtered(value, filters[name as FilterName])] as const,
  );
  return entries.some(([, value]) => value === undefined) ? undefined : Object.fromEntries(entries);
}
