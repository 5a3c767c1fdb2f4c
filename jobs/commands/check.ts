import { CHECK_SCHEMA_VERSION, type CheckResult } from '../../schemas/check-result.ts';
import { checkLedger } from '../../src/check/check.ts';
import { messageOf, type Said } from '../../src/check/message.ts';
import { type CheckOptions, daysOf, HOUR_MS } from '../../src/check/task.ts';
import type { CheckConfig } from '../../src/config/commands.ts';
import { ORGANIZATIONS, urlOf } from '../../src/config/values.ts';
import {
  asLedgerError,
  exitCodes,
  FINDINGS_EXIT_CODE,
  InterruptedError,
  LedgerError,
} from '../../src/errors.ts';
import { openEngine } from '../world/engine.ts';
import { organizationAccounts } from '../world/organization.ts';
import { type Session, withSession } from '../world/session.ts';
import { publishNotice } from '../world/topic.ts';

/** Checks a ledger as the command line does, and tells the topic. */
export function check(config: CheckConfig, interrupted: AbortSignal): Promise<CheckResult> {
  return withSession(config, interrupted, async (session) => {
    const options = await optionsOf(config, session);
    const engine = await openEngine(config, session);
    session.closing(() => engine.close());
    const said: Said = {
      ledger: urlOf(config.ledger),
      checked_at: new Date(options.now).toISOString(),
      ...(await checkLedger(engine, options)),
    };
    const told = await tell(said, config, session);
    return {
      schema_version: CHECK_SCHEMA_VERSION,
      ...endingOf(said, told.error),
      checked_at: said.checked_at,
      ledger: said.ledger,
      thresholds: thresholdsOf(options),
      kinds: said.kinds,
      findings: said.findings,
      notes: said.notes,
      sns: told.sns,
      error: told.error && namedError(told.error),
    };
  });
}

async function optionsOf(config: CheckConfig, session: Session): Promise<CheckOptions> {
  return {
    now: session.clock.now(),
    minSuccess: config['min-success'],
    maxFall: config['max-fall'],
    maxSilentDays: config['max-silent-days'],
    maxAgeMs: config['max-age'],
    expected: await expectedAccounts(config, session),
    since: config.since,
  };
}

/** AWS's word for an account that is used. Source: `State` of an account in the AWS Organizations reference. */
const ACTIVE = 'ACTIVE';

/** undefined where none are named: then all that the ledger knows are missed when they fall silent. */
async function expectedAccounts(
  { 'expect-accounts': named, 'max-attempts': maxAttempts }: CheckConfig,
  session: Session,
): Promise<string[] | undefined> {
  if (named.length === 0) return undefined;
  const members = named.includes(ORGANIZATIONS) ? await activeMembers(maxAttempts, session) : [];
  return [...new Set([...named.filter((name) => name !== ORGANIZATIONS), ...members])];
}

/** Throws `LedgerError` where there are none: nobody would be missed. */
async function activeMembers(maxAttempts: number, session: Session): Promise<string[]> {
  const members = await organizationAccounts(maxAttempts, session);
  const active = members.filter(({ state }) => state === ACTIVE).map(({ id }) => id);
  if (active.length > 0) return active;
  throw new LedgerError('fix-config', 'ListAccounts: AWS named no active account of an organization');
}

interface Told {
  readonly sns: CheckResult['sns'];
  readonly error: LedgerError | null;
}

/** A message that cannot be published is a result, lest what was found be lost with it. */
async function tell(said: Said, config: CheckConfig, session: Session): Promise<Told> {
  const { 'sns-topic': topic, always } = config;
  if (topic === undefined || (said.findings.length === 0 && !always)) return { sns: null, error: null };
  try {
    const notice = { topic, ...messageOf(said) };
    return {
      sns: { topic, message_id: await publishNotice(notice, config['max-attempts'], session) },
      error: null,
    };
  } catch (thrown) {
    if (thrown instanceof InterruptedError) throw thrown;
    return { sns: null, error: asLedgerError(thrown) };
  }
}

function endingOf({ findings }: Said, error: LedgerError | null): Pick<CheckResult, 'outcome' | 'exit_code'> {
  if (error) return { outcome: 'failed', exit_code: exitCodes[error.recovery] };
  return findings.length === 0
    ? { outcome: 'ok', exit_code: 0 }
    : { outcome: 'findings', exit_code: FINDINGS_EXIT_CODE };
}

function namedError({ name, message, recovery }: LedgerError): CheckResult['error'] {
  return { name, message, recovery };
}

function thresholdsOf(options: CheckOptions): CheckResult['thresholds'] {
  return {
    min_success: options.minSuccess ?? null,
    max_fall: options.maxFall,
    max_silent_days: options.maxSilentDays,
    max_age_hours: options.maxAgeMs / HOUR_MS,
    since: daysOf(options).from,
  };
}
