import { deployLambda } from '../../fixtures/lambda-function.ts';
import { startProxy } from '../proxy.ts';

/** Lambda's API with the function's bundle behind it. */
export interface LambdaService {
  readonly url: string;
  /** What each invocation asked for. */
  readonly actions: readonly string[];
  close(): Promise<void>;
}

export async function serveLambda(env: Readonly<Record<string, string>>): Promise<LambdaService> {
  const lambda = deployLambda(env);
  const actions: string[] = [];
  const service = await startProxy({
    async answer({ body }) {
      const event = JSON.parse(body) as { readonly action: string };
      actions.push(event.action);
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
  return { ...service, actions };
}
