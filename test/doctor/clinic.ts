import { expect } from 'vitest';
import type { DoctorResult } from '../../schemas/doctor-result.ts';
import { type AccountServices, startAccountServices } from '../fixtures/account-services.ts';
import { type AthenaServer, startAthena } from '../fixtures/athena-server.ts';
import { type Finished, runCliHere, runCliProcess } from '../fixtures/cli.ts';
import { type GlueServer, startGlue } from '../fixtures/glue-server.ts';
import { type JsonService, serveJson } from '../fixtures/json-service.ts';
import { awsEnvironment, openTrial, RUN_TIME, type Trial, type TrialOptions } from '../fixtures/trial.ts';

/** All that the doctor looks at, in good health, and the doctor. */
export interface Clinic {
  readonly trial: Trial;
  readonly glue: GlueServer;
  readonly athena: AthenaServer;
  readonly organizations: JsonService;
  /** The services the organisation trusts. */
  readonly trusted: string[];
  /** Starts STS and the account's regions anew. */
  serve(options: Parameters<typeof startAccountServices>[0]): Promise<void>;
  /** Runs the doctor in a process of its own. Flags given last win. */
  run(flags?: readonly string[], ledger?: readonly string[]): Promise<Finished>;
  /** Runs it in this process with `--json`, and tells what is not well. */
  examine(flags?: readonly string[], ledger?: readonly string[]): Promise<Examination>;
  close(): Promise<void>;
}

export interface Examination extends Pick<DoctorResult, 'checks'> {
  readonly result: DoctorResult;
  readonly code: number | null;
  /** Each as `status name`. */
  readonly troubled: readonly string[];
}

export async function openClinic(trialOptions: TrialOptions = {}): Promise<Clinic> {
  const trial = await openTrial({ on: 's3', accounts: 5, ...trialOptions });
  let services: AccountServices = await startAccountServices({
    now: () => RUN_TIME,
    regions: { 'eu-west-1': 'ENABLED_BY_DEFAULT', 'us-east-1': 'ENABLED_BY_DEFAULT' },
  });
  const glue = await startGlue();
  glue.databases.add('backup_ledger');
  const trusted: string[] = [];
  const organizations = await serveJson({
    ListAWSServiceAccessForOrganization: () => ({
      EnabledServicePrincipals: trusted.map((ServicePrincipal) => ({ ServicePrincipal })),
    }),
  });
  const athena = await startAthena({
    workgroups: { primary: true },
    looks: 1,
    engine: async () => ({ columns: [], rows: [] }),
  });

  const argsOf = (
    flags: readonly string[] = [],
    ledger: readonly string[] = ['--ledger', trial.ledger, '--s3-path-style'],
  ) => {
    const now = new Date(trial.simulator.clock.now()).toISOString();
    return ['doctor', ...ledger, '--now', now, '--log-level', 'error', '--max-attempts', '2', ...flags];
  };
  const environment = () => ({
    ...awsEnvironment(trial.simulator.url, trial.s3?.url),
    AWS_ENDPOINT_URL_STS: services.url,
    AWS_ENDPOINT_URL_ACCOUNT: services.url,
    AWS_ENDPOINT_URL_GLUE: glue.url,
    AWS_ENDPOINT_URL_ORGANIZATIONS: organizations.url,
    AWS_ENDPOINT_URL_ATHENA: athena.url,
  });

  return {
    trial,
    glue,
    athena,
    organizations,
    trusted,
    run: (flags, ledger) => runCliProcess(argsOf(flags, ledger), environment()),
    async serve(options) {
      await services.close();
      services = await startAccountServices(options);
    },
    async examine(flags = [], ledger) {
      const { code, stdout, stderr } = await runCliHere(argsOf(['--json', ...flags], ledger), environment());
      expect(stderr).toBe('');
      const result = JSON.parse(stdout) as DoctorResult;
      expect(result.exit_code).toBe(code);
      const troubled = result.checks
        .filter(({ status }) => status !== 'ok')
        .map(({ name, status }) => `${status} ${name}`);
      return { result, code, troubled, checks: result.checks };
    },
    async close() {
      await Promise.all([
        trial.close(),
        services.close(),
        glue.close(),
        athena.close(),
        organizations.close(),
      ]);
    },
  };
}

export function messageOf(result: DoctorResult, name: string): string | undefined {
  return result.checks.find((check) => check.name === name)?.message;
}
