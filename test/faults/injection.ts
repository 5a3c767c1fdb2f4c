import type { PullResult } from '../../schemas/pull-result.ts';
import { BUCKET } from '../fixtures/trial.ts';
import type { S3Request, S3Server } from '../fixtures/s3-server.ts';
import type { Expected, Lasting } from './expectations.ts';
import { type FaultKind, faultKinds, type FaultKindName } from './fault-kinds.ts';
import { nameOf, type PulledRequest } from './requests.ts';
import type { Rehearsal } from './rehearsal.ts';

/** One fault at one request. */
export interface Injection {
  readonly request: PulledRequest;
  readonly kind: FaultKindName;
  readonly lasting: Lasting;
  readonly expected: Expected;
}

export interface Disturbed {
  readonly result: PullResult;
  /** Requests the fault struck. */
  readonly strikes: number;
}

/** Pulls while the fault strikes. */
export type Inject = (injection: Injection, folder: string) => Promise<Disturbed>;

/** Several at once, each on a ledger of its own. */
export function injectorOnS3(rehearsal: Rehearsal): Inject {
  const plans = plansByFolder(rehearsal.s3);
  return async ({ request, kind, lasting }, folder) => {
    const { s3: fault, hangs = false }: FaultKind = faultKinds[kind];
    let seen = 0;
    let strikes = 0;
    plans.set(folder, (asked) => {
      if (nameOf(asked) !== request.name || ++seen < request.nth) return undefined;
      if (lasting === 'once' && seen > request.nth) return undefined;
      strikes++;
      return fault;
    });
    const result = await rehearsal.pull({ folder, hangs });
    plans.delete(folder);
    return { result, strikes };
  };
}

type Plan = (request: S3Request) => FaultKind['s3'];

function plansByFolder(s3: S3Server): Map<string, Plan> {
  const plans = new Map<string, Plan>();
  s3.setFault((request) => {
    if (request.bucket !== BUCKET) return undefined;
    const [folder = ''] = (request.key || request.query['prefix'] || '').split('/');
    return plans.get(folder)?.(request);
  });
  return plans;
}

/** One at a time: a fault strikes whoever asks. */
export function injectorAtBackup({ trial: { simulator }, pull }: Rehearsal): Inject {
  return async ({ request, kind, lasting }, folder) => {
    const { backup: fault, hangs = false }: FaultKind = faultKinds[kind];
    if (!fault) throw new Error(`AWS Backup knows no ${kind}`);
    const page = Number(request.name.split(' ')[1]);
    const of = request.sort === 'totals' ? 'sums' : 'rows';
    simulator.setFaults([{ ...fault, page, of, ...(lasting === 'once' && { times: 1 }) }]);
    simulator.requests.clear();
    const result = await pull({ folder, hangs });
    simulator.clearFaults();
    return { result, strikes: simulator.requests.byFault[fault.fault] ?? 0 };
  };
}
