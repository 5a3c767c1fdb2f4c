import { registerFlags } from '../config/flags.ts';
import { parseRegisterConfig, type RegisterConfig } from '../config/commands.ts';
import type { Registration } from '../domain/registration.ts';
import { UsageError } from '../errors.ts';
import type { Command } from './command.ts';

export interface RegisterWork {
  /** Tells of each part as it is done. */
  readonly register: (config: RegisterConfig, tell: (registration: Registration) => void) => Promise<void>;
  /** All SQL of the ledger, one statement each. */
  readonly statements: (config: RegisterConfig) => Promise<readonly string[]>;
}

export function registerCommand({ register, statements }: RegisterWork): Command {
  return {
    name: 'register',
    describe: 'create or update the Glue database, tables and views of a ledger on S3; one line per object',
    flags: registerFlags,
    examples: [
      ['$0 register --ledger s3://my-bucket/backup-ledger --workgroup primary', 'tables and views'],
      ['$0 register --ledger s3://my-bucket/backup-ledger', 'tables only: Athena creates views'],
      ['$0 register --ledger s3://my-bucket/backup-ledger --print', 'show all SQL, change nothing'],
    ],
    async run(sources, io) {
      const parsed = parseRegisterConfig(sources);
      if ('problems' in parsed) throw new UsageError(parsed.problems);
      const { config } = parsed;
      if (config.print) {
        for (const statement of await statements(config)) io.stdout.write(`${statement};\n\n`);
        return 0;
      }
      await register(config, (registration) => io.stdout.write(linesOf(registration, config)));
      return 0;
    },
  };
}

function linesOf({ type, name, action, differences }: Registration, config: RegisterConfig): string {
  const done = config['dry-run'] && action !== 'unchanged' ? `would be ${action}` : action;
  const fullName = type === 'database' ? name : `${config.database}.${name}`;
  return [`${done} ${type} ${fullName}`, ...differences.map((difference) => `  ${difference}`)]
    .map((line) => `${line}\n`)
    .join('');
}
