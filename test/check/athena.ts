import { openLocalEngine } from '../../jobs/world/duckdb.ts';
import { type AthenaServer, startAthena } from '../fixtures/athena-server.ts';

/** Athena's API over a local ledger. */
export async function startAthenaOver(ledger: string): Promise<AthenaServer> {
  const signal = new AbortController().signal;
  const local = await openLocalEngine(ledger, { database: 'backup_ledger', signal });
  const athena = await startAthena({
    workgroups: { primary: true },
    looks: 1,
    async engine(sql) {
      const { columns, rows } = await local.run(sql);
      const all: (readonly (string | null)[])[] = [];
      for await (const row of rows) all.push(row);
      return { columns: columns.map(({ name }) => ({ name, type: 'varchar' })), rows: all };
    },
  });
  return {
    ...athena,
    async close() {
      await athena.close();
      local.close();
    },
  };
}
