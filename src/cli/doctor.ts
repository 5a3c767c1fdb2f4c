import type { Check, DoctorResult } from '../../schemas/doctor-result.ts';
import { type DoctorConfig, parseDoctorConfig } from '../config/commands.ts';
import { doctorFlags } from '../config/flags.ts';
import { UsageError } from '../errors.ts';
import type { Command } from './command.ts';
import { counted } from '../domain/show.ts';
import { visibleInLine } from '../domain/visible.ts';

export type Examine = (config: DoctorConfig, tell: (check: Check) => void) => Promise<DoctorResult>;

export function doctorCommand(examine: Examine): Command {
  return {
    name: 'doctor',
    describe: 'check credentials, permissions, regions, bucket, catalog; one line each, with what to do',
    flags: doctorFlags,
    examples: [
      ['$0 doctor --ledger s3://my-bucket/backup-ledger --region all', 'before the first pull'],
      ['$0 doctor --json > doctor.json', 'to go with a report of a problem'],
      [
        '$0 doctor --calibrate --kind copy --ledger s3://my-bucket/backup-ledger',
        'how AWS counts, read-only',
      ],
    ],
    async run(sources, io) {
      const parsed = parseDoctorConfig(sources);
      if ('problems' in parsed) throw new UsageError(parsed.problems);
      const { config } = parsed;
      const result = await examine(config, (check) => {
        if (!config.json) io.stdout.write(linesOf(check));
      });
      io.stdout.write(config.json ? `${JSON.stringify(result)}\n` : verdictOf(result));
      return result.exit_code;
    },
  };
}

const marks = { ok: 'ok     ', warning: 'warning', failed: 'FAILED ' } as const;

function linesOf({ name, status, message, fix }: Check): string {
  const fixed = fix === null ? '' : `        → ${visibleInLine(fix)}\n`;
  return `${marks[status]} ${name}: ${visibleInLine(message)}\n${fixed}`;
}

function verdictOf({ checks }: DoctorResult): string {
  const count = (status: Check['status']) => checks.filter((check) => check.status === status).length;
  return `${count('ok')} ok, ${counted(count('warning'), 'warning')}, ${count('failed')} failed\n`;
}
