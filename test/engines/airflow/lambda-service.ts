import { deployLambda } from '../../fixtures/lambda-function.ts';
import { startProxy } from '../proxy.ts';

/** Lambda's API with the function's bundle behind it. */
export interface LambdaService {
  readonly url: string;
  /** What each invocation asked for. */
  readonly events: readonly AskedEvent[];
  /** Their actions. */
  readonly actions: readonly string[];
  close(): Promise<void>;
}

export interface AskedEvent {
  readonly action: string;
  readonly flags: Readonly<Record<string, unknown>>;
}

export async function serveLambda(env: Readonly<Record<string, string>>): Promise<LambdaService> {
  const lambda = deployLambda(env);
  const events: AskedEvent[] = [];
  const service = await startProxy({
    async answer({ body }) {
      const event = JSON.parse(body) as AskedEvent;
      events.push(event);
      const { payload, failed } = await lambda.invoke(event);
      return {
        status: 200,
        headers: {
          'content-type': 'application/json',
          ...(failed && { 'x-amz-function-error': 'Unhandled' }),
        },
        body: JSON.stringify(payload),
      };
    },
  });
  return {
    ...service,
    events,
    get actions() {
      return events.map(({ action }) => action);
    },
  };
}
