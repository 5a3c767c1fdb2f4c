/** `warn` reports a mismatch with AWS's own totals and protects its day, `require` publishes nothing then, `off` does not ask. */
export const reconcileModes = ['off', 'warn', 'require'] as const;
export type ReconcileMode = (typeof reconcileModes)[number];
