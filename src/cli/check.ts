import type { CheckResult } from '../../schemas/check-result.ts';
import { type CheckConfig, parseCheckConfig } from '../config/commands.ts';
import { checkFlags } from '../config/flags.ts';
import { counted } from '../domain/show.ts';
import { visibleInLine } from '../domain/visible.ts';
import { UsageError } from '../errors.ts';
import type { Command } from './command.ts';

export type RunCheck = (config: CheckConfig) => Promise<CheckResult>;

export function checkCommand(runCheck: RunCheck): Command {
  return {
    name: 'check',
    describe:
      'what got worse, fell silent or fell below target; one line per finding, exit 1 if there is one',
    flags: checkFlags,
    examples: [
      ['$0 check --min-success 95', 'of a local ledger'],
      [
        '$0 check --ledger s3://my-bucket/backup-ledger --expect-accounts organizations --sns-topic arn:aws:sns:eu-west-1:111111111111:backups',
        'every day, and whoever subscribes to the topic is told',
      ],
      ['$0 check --json', 'the same for programs'],
    ],
    async run(sources, io) {
      const parsed = parseCheckConfig(sources);
      if ('problems' in parsed) throw new UsageError(parsed.problems);
      const result = await runCheck(parsed.config);
      io.stdout.write(parsed.config.json ? `${JSON.stringify(result)}\n` : linesOf(result));
      if (result.error) io.stderr.write(`backup-ledger: ${result.error.message}\n`);
      return result.exit_code;
    },
  };
}

function linesOf({ findings, notes, kinds }: CheckResult): string {
  const lines = [
    ...findings.map(({ code, place, message }) => `${code} ${place}: ${message}`),
    ...notes.map((note) => `note: ${note}`),
    ...kinds.map(({ message }) => message),
    findings.length === 0 ? 'nothing found' : counted(findings.length, 'finding'),
  ];
  return lines.map((line) => `${visibleInLine(line)}\n`).join('');
}
