import pMap from 'p-map';
import { kindNames } from '../../schemas/kinds.ts';
import type { ReplayResult } from '../../schemas/replay-result.ts';
import { monthOf } from '../domain/day.ts';
import type { Manifest } from '../ledger/manifest.ts';
import type { ReplayPlan } from './plan.ts';
import { openIfIntact } from './rebuild.ts';
import type { ReplayOptions, ReplayWorld } from './task.ts';

/** Objects read side by side. */
const OBJECT_CONCURRENCY = 32;

type Unreadable = ReplayResult['unreadable'][number];

interface Asked {
  readonly plan: Pick<ReplayPlan, 'partitions'>;
  readonly options: ReplayOptions;
  readonly manifest: Manifest;
}

/** Partitions in the range that are still not what their digests say, because there was nothing to rebuild them from. */
export async function findUnreadable(
  { plan, options: { kinds, from, to }, manifest }: Asked,
  { source, codec, signal }: ReplayWorld,
): Promise<Unreadable[]> {
  const found = await pMap(
    plan.partitions,
    async ({ key, table, month }): Promise<Unreadable | undefined> => {
      signal.throwIfAborted();
      const kind = kindNames.find((name) => name === manifest.tables[table]?.kind);
      const isAsked = (!from || month >= monthOf(from)) && (!to || month <= monthOf(to));
      if (!kind || !kinds.includes(kind) || !isAsked) return undefined;
      const stored = await source.get(key);
      if (!stored || (await openIfIntact(codec, kind, stored))) return undefined;
      return { partition: key, cure: CURE };
    },
    { concurrency: OBJECT_CONCURRENCY },
  );
  return found.filter((partition) => partition !== undefined);
}

const CURE =
  'it cannot be read, and no raw pages bring its rows back. Restore it from a copy, or from an older version of the object. If ' +
  'there is none, move it out of the ledger and pull: AWS still shows the last 14 days, and older ones are lost';
