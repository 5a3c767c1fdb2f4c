"""What the DAGs of backup-ledger are made of: settings, groups of slices, results, and a runner for each place to run."""
