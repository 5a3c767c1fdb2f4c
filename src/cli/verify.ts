import type { VerifyResult } from '../../schemas/verify-result.ts';
import { verifyFlags } from '../config/flags.ts';
import { parseVerifyConfig, type VerifyConfig } from '../config/commands.ts';
import { UsageError } from '../errors.ts';
import type { Command } from './command.ts';
import { counted } from '../domain/show.ts';
import { visibleInLine } from '../domain/visible.ts';

export type RunVerify = (config: VerifyConfig) => Promise<VerifyResult>;

export function verifyCommand(runVerify: RunVerify): Command {
  return {
    name: 'verify',
    describe: 'read the whole ledger back and check its promises; prints one line per finding',
    flags: verifyFlags,
    examples: [
      ['$0 verify --ledger s3://my-bucket/backup-ledger', 'is anything missing, is anything there twice?'],
      ['$0 verify --json', 'the same for programs'],
    ],
    async run(sources, io) {
      const parsed = parseVerifyConfig(sources);
      if ('problems' in parsed) throw new UsageError(parsed.problems);
      const result = await runVerify(parsed.config);
      io.stdout.write(parsed.config.json ? `${JSON.stringify(result)}\n` : linesOf(result));
      return result.exit_code;
    },
  };
}

function linesOf({ findings, partitions, rows, records, raw_files }: VerifyResult): string {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const read = [
    counted(partitions, 'partition'),
    counted(rows, 'row'),
    counted(records, 'pull record'),
    counted(raw_files, 'raw file'),
  ];
  const lines = findings.map(
    ({ severity, code, place, message }) =>
      `${severity} ${code} ${visibleInLine(place)}: ${visibleInLine(message)}`,
  );
  const verdict = `errors: ${errors}, warnings: ${findings.length - errors}, in ${read.join(', ')}`;
  return [...lines, verdict].map((line) => `${line}\n`).join('');
}
