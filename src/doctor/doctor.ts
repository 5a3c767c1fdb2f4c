import type { Check } from '../../schemas/doctor-result.ts';
import { type DoctorWorld, type Finding, look, ok, warning } from './checks.ts';
import { checkCatalog, checkStore } from './ledger.ts';
import { checkSlices } from './slices.ts';
import { GIVE_CREDENTIALS } from '../errors.ts';

/** Looks at one thing after the other, and goes on whatever it finds. */
export async function* examine(world: DoctorWorld): AsyncGenerator<Finding> {
  yield* examineCaller(world);
  const { checks, observations } = await checkSlices(world);
  yield* found(checks);
  for (const observation of observations) yield { observation };
  yield* found(await checkStore(world));
  yield* found(await checkCatalog(world));
}

/** What every command needs: a Node.js of today, and somebody who calls AWS. */
export async function* examineCaller(world: DoctorWorld): AsyncGenerator<Finding> {
  yield* found(await checkNode(world));
  yield* found(await checkCaller(world));
}

export function* found(checks: readonly Check[]): Generator<Finding> {
  for (const check of checks) yield { check };
}

async function checkNode({ node }: DoctorWorld): Promise<readonly Check[]> {
  const { version, wanted, isRecent } = node;
  if (isRecent) return [ok('node', `Node ${version}`)];
  return [
    {
      name: 'node',
      status: 'failed',
      message: `Node ${version}, and ${wanted} is needed`,
      fix: 'install a newer Node.js',
      recovery: 'fix-config',
    },
  ];
}

/** AWS refuses requests signed more than five minutes off; a minute is worth a word. */
const SKEW_REFUSED_MS = 5 * 60_000;
const SKEW_NOTICED_MS = 60_000;

function checkCaller(world: DoctorWorld): Promise<readonly Check[]> {
  return look(world, { name: 'credentials', fix: GIVE_CREDENTIALS }, async () => {
    const { arn, account, time } = await world.identify();
    const who = ok('credentials', `${arn} in account ${account}`);
    if (time === undefined) return [who];
    const skew = world.clock.now() - time;
    const seconds = Math.round(Math.abs(skew) / 1000);
    const off = `this clock is ${seconds} s ${skew > 0 ? 'ahead of' : 'behind'} AWS's`;
    const sync = 'let the machine synchronise its clock (NTP)';
    if (Math.abs(skew) < SKEW_NOTICED_MS) return [who, ok('clock', "this clock agrees with AWS's")];
    if (Math.abs(skew) < SKEW_REFUSED_MS) return [who, warning('clock', off, sync)];
    return [who, { name: 'clock', status: 'failed', message: off, fix: sync, recovery: 'fix-config' }];
  });
}
