import type { EpochMs } from '../../schemas/columns.ts';
import type { CheckConfig, PullConfig, RegisterConfig, VerifyConfig } from '../config/commands.ts';
import type { LedgerConfig } from '../config/ledger-config.ts';
import type { Settings } from '../config/resolve.ts';
import type { SliceFailure, SliceOutcome, StepError } from '../domain/slice-outcome.ts';

/** What the Lambda function is asked to do, judged. With a run, the steps leave each other objects; without, what is told is all. */
export type LambdaTask =
  | {
      readonly action: 'plan';
      readonly config: PullConfig;
      readonly flags: Settings;
      /** Whether the event's own flags leave out some of what is pulled daily. */
      readonly isPart: boolean;
      readonly run: Run | undefined;
    }
  | { readonly action: 'pull'; readonly config: PullConfig }
  | { readonly action: 'pull-planned'; readonly run: Run; readonly slice: number }
  | { readonly action: 'fail-slice'; readonly run: Run; readonly slice: number; readonly error: StepError }
  | { readonly action: 'fail-step'; readonly step: Step; readonly error: StepError }
  | {
      readonly action: 'summarize';
      readonly startedAt: EpochMs;
      readonly planned: readonly string[];
      readonly outcomes: readonly SliceOutcome[];
      readonly failures: readonly SliceFailure[];
    }
  | { readonly action: 'summarize-run'; readonly startedAt: EpochMs; readonly run: Run }
  | { readonly action: 'register'; readonly config: RegisterConfig }
  | { readonly action: 'verify'; readonly config: VerifyConfig }
  | { readonly action: 'check'; readonly config: CheckConfig };

export type Task<A extends LambdaTask['action']> = Extract<LambdaTask, { readonly action: A }>;

/** A run of the state machine, and how the place of its objects is reached. */
export interface Run {
  readonly name: string;
  readonly work: LedgerConfig;
}

/** Steps after the pull: one that fails is told by a metric. */
export const steps = ['register', 'check', 'verify'] as const;
export type Step = (typeof steps)[number];
