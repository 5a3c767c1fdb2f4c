import { counted, timeSpan } from '../domain/show.ts';
import type { QueryUsage } from '../ports.ts';
import type { Io } from './command.ts';

/** Athena's list price in most regions, and what it bills for a smaller query. Source: Amazon Athena pricing. */
const USD_PER_TB = 5;
const MIN_BILLED_BYTES = 10e6;

interface Told {
  readonly rows: number;
  readonly elapsedMs: number;
  readonly usage: QueryUsage | undefined;
}

/** For whoever looks; what a query on Athena cost is told to a log, too. */
export function tellUsage({ stderr }: Io, { rows, elapsedMs, usage }: Told): void {
  const count = counted(rows, 'row');
  if (!usage) {
    if (stderr.isTTY) stderr.write(`${count}, ${timeSpan(elapsedMs)}\n`);
    return;
  }
  const { scannedBytes, engineMs } = usage;
  const usd = (Math.max(scannedBytes, MIN_BILLED_BYTES) / 1e12) * USD_PER_TB;
  const scanned = `${(scannedBytes / 1e6).toFixed(2)} MB scanned`;
  const price = `about ${usd.toFixed(5)} USD at ${USD_PER_TB} USD a TB`;
  stderr.write(`${count}, ${scanned}, ${timeSpan(engineMs)}, ${price}\n`);
}
