import { reportFlags } from '../config/flags.ts';
import { parseReportConfig, type ReportConfig } from '../config/commands.ts';
import { UsageError } from '../errors.ts';
import type { Command } from './command.ts';

/** Writes the report and returns the path of its file. */
export type MakeReport = (config: ReportConfig) => Promise<string>;

export function reportCommand(makeReport: MakeReport): Command {
  return {
    name: 'report',
    describe: 'one self-contained HTML page of charts; prints the path of its file',
    flags: reportFlags,
    examples: [
      ['$0 report --open', 'of a local ledger, shown in the browser'],
      ['$0 report --ledger s3://my-bucket/backup-ledger --workgroup primary --out july.html', 'of one on S3'],
      ['$0 report --from 2026-07-01 --to 2026-07-31', 'of one month'],
    ],
    async run(sources, io) {
      const parsed = parseReportConfig(sources);
      if ('problems' in parsed) throw new UsageError(parsed.problems);
      io.stdout.write(`${await makeReport(parsed.config)}\n`);
      return 0;
    },
  };
}
