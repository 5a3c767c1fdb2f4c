import { type Finding, type FindingCode, findingCodes } from '../../schemas/verify-result.ts';
import { DamagedObjectError } from '../errors.ts';

/** Collects what a verification finds. */
export interface Findings {
  add(code: FindingCode, place: string, message: string): void;
  /** Throws the error again when it is not about what was read. */
  addDamage(code: FindingCode, place: string, error: unknown): void;
  /** Errors first, then by place. */
  list(): Finding[];
}

export function createFindings(): Findings {
  const findings: Finding[] = [];
  const add: Findings['add'] = (code, place, message) => {
    findings.push({ severity: findingCodes[code], code, place, message });
  };
  return {
    add,
    addDamage(code, place, error) {
      if (!(error instanceof DamagedObjectError)) throw error;
      add(code, place, error.message);
    },
    list: () => findings.toSorted(byGravity),
  };
}

function byGravity(a: Finding, b: Finding): number {
  const [one, other] = [a, b].map(({ severity, place, code }) => `${severity} ${place} ${code}`);
  return (one ?? '') < (other ?? '') ? -1 : 1;
}
