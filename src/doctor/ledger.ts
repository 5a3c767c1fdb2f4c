import type { Check } from '../../schemas/doctor-result.ts';
import { type DoctorWorld, look, ok, warning } from './checks.ts';
import type { InspectedStore } from '../ports.ts';

/** Whether the ledger's place can be read, and written as a pull writes, and how it is kept. */
export async function checkStore(world: DoctorWorld): Promise<readonly Check[]> {
  const name = 'ledger';
  const fix =
    'create the bucket, correct --ledger, or allow the caller what jobs/iam/doctor-policy.json says';
  return look(world, { name, fix }, async () => {
    const store = await world.store();
    if (!store) return [ok(name, 'is not there yet: the first pull makes it')];
    await store.list('ledger.json')[Symbol.asyncIterator]().next();
    const owner = world.bucketOwner === undefined ? '' : `, and belongs to account ${world.bucketOwner}`;
    const reached = ok(name, `can be listed${owner}`);
    return [
      reached,
      ...(await checkWrites(world, store)),
      ...(world.isOnS3 ? await checkKeeping(store) : []),
    ];
  });
}

/** The probe, which is no part of a ledger and is taken away again. */
const probeKey = (now: number): string => `doctor/probe-${now}`;

function checkWrites(world: DoctorWorld, store: InspectedStore): Promise<readonly Check[]> {
  const key = probeKey(world.clock.now());
  const name = world.kmsKey === undefined ? 'conditional writes' : 'conditional writes with the KMS key';
  const fix =
    world.kmsKey === undefined
      ? 'allow the caller s3:PutObject and s3:DeleteObject below the prefix'
      : 'allow the caller kms:GenerateDataKey and kms:Decrypt on the key, in its policy, too';
  const bytes = (text: string) => new TextEncoder().encode(text);
  return look(world, { name, fix }, async () => {
    const first = await store.put(key, bytes('one'), { ifAbsent: true });
    try {
      const second = await store.put(key, bytes('two'), { ifAbsent: true });
      const stale = await store.put(key, bytes('three'), { ifVersion: '"00000000000000000000000000000000"' });
      const fresh = first.written ? await store.put(key, bytes('four'), { ifVersion: first.version }) : first;
      if (first.written && !second.written && !stale.written && fresh.written)
        return [ok(name, "are honoured: two writers cannot lose each other's rows")];
      const message = "are not honoured: two writers could lose each other's rows";
      return [
        {
          name,
          status: 'failed',
          message,
          fix: 'use a store that honours If-Match and If-None-Match, as Amazon S3 does',
          recovery: 'fix-config',
        },
      ];
    } finally {
      await store.remove(key);
    }
  });
}

async function checkKeeping(store: InspectedStore): Promise<readonly Check[]> {
  const versioned = await store.isVersioned();
  const encryption = await store.encryption();
  return [
    versioned === undefined
      ? ok('versioning', 'is not for this caller to see')
      : versioned
        ? ok('versioning', 'is on: what is overwritten can be had back')
        : warning(
            'versioning',
            'is off',
            'turn on versioning of the bucket: raw pages and records can then not be lost by mistake',
          ),
    encryption === undefined
      ? ok('encryption', 'is not for this caller to see')
      : encryption === 'none'
        ? warning('encryption', 'is off', 'turn on default encryption of the bucket')
        : ok('encryption', encryption),
  ];
}

/** Whether what analysts ask is there. */
export async function checkCatalog({ catalog, engine, ...world }: DoctorWorld): Promise<readonly Check[]> {
  const checks: Check[] = [];
  if (catalog) {
    const fix = 'allow the caller what jobs/iam/register-policy.json says, and look into Lake Formation';
    checks.push(
      ...(await look(world, { name: 'catalog', fix }, async () => {
        const there = await (await catalog.open()).hasDatabase(catalog.database);
        if (there) return [ok('catalog', `database ${catalog.database} is there`)];
        return [
          warning('catalog', `database ${catalog.database} is not there`, 'run backup-ledger register'),
        ];
      })),
    );
  }
  if (engine) {
    const fix =
      'allow the caller what jobs/iam/query-policy.json says, and give --workgroup or --output-location';
    checks.push(
      ...(await look(world, { name: 'athena', fix }, async () => {
        const opened = await engine();
        const { rows } = await opened.run('SELECT 1');
        await rows[Symbol.asyncIterator]().next();
        opened.close();
        return [ok('athena', 'runs SQL')];
      })),
    );
  }
  return checks;
}
