/** What became of one object of the catalog. */
export interface Registration {
  readonly type: 'database' | 'table' | 'view';
  readonly name: string;
  readonly action: 'created' | 'updated' | 'unchanged';
  /** What was changed, as `what: from → to`. */
  readonly differences: readonly string[];
}
