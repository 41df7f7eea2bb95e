import { evaluate, type Scope, Unevaluable } from './assembly/evaluate.ts';
import { withLocalOrigins } from './assembly/public-url.ts';
import type { Template } from './assembly/template.ts';
import type { LocalContext } from './context.ts';
import { endpointVariable } from './start-engines.ts';
import { StartError } from './start-error.ts';

/** What the template says of its stack once every resource is there. */
export interface StackDescription {
  /** Of the first REST API, with its stage: `http://127.0.0.1:3000/prod/`. */
  readonly apiUrl?: string;
  readonly apiKey?: string;
  readonly outputs: Readonly<Record<string, string>>;
  /**
   * Commands to try it with, as the template's metadata gives them under `Examples`; there `${ApiUrl}` stands for the
   * API's URL, `${ApiKey}` for its key, any other name for the output of that name.
   */
  readonly examples: readonly string[];
}

export const describeStack = (template: Template, scope: Scope, context: LocalContext): StackDescription => {
  const outputs = outputsOf(template, scope, context);
  const apiUrl = apiUrlOf(context);
  const [apiKey] = context.apiKeys.values();
  const values: Record<string, string> = { ...outputs, ApiUrl: apiUrl ?? '', ApiKey: apiKey ?? '' };
  const { Examples = [] } = template.Metadata ?? {};
  return {
    ...(apiUrl === undefined ? {} : { apiUrl }),
    ...(apiKey === undefined ? {} : { apiKey }),
    outputs,
    examples: [Examples]
      .flat()
      .map((each) => `${each}`.replace(/\$\{(\w+)\}/g, (whole, name) => values[name] ?? whole)),
  };
};

/** What an SDK needs in its environment to reach the services at `urls`. */
export const environmentOf = (
  urls: ReadonlyMap<string, string>,
  { region, credentials }: Pick<LocalContext, 'region' | 'credentials'>,
): Record<string, string> => ({
  AWS_REGION: region,
  AWS_DEFAULT_REGION: region, // the AWS CLI and boto3 read this one
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  ...Object.fromEntries([...urls].map(([service, url]) => [endpointVariable(service), url])),
});

const outputsOf = (template: Template, scope: Scope, context: LocalContext): Record<string, string> => {
  const outputs: Record<string, string> = {};
  for (const [name, { Value, Condition }] of Object.entries(template.Outputs ?? {})) {
    try {
      if (Condition !== undefined && !scope.condition(Condition)) continue;
      const value = withLocalOrigins(evaluate(Value, scope, `Outputs.${name}`), context.apiOrigins);
      outputs[name] = typeof value === 'string' ? value : JSON.stringify(value);
    } catch (error) {
      if (!(error instanceof StartError || error instanceof Unevaluable)) throw error;
      context.log(`no value for the output ${name}: ${error.message}`);
    }
  }
  return outputs;
};

const apiUrlOf = ({ restApis, apiOrigins }: LocalContext): string | undefined => {
  const [api] = restApis.values();
  const [stage] = api?.stages.keys() ?? [];
  const origin = api && apiOrigins.get(api.restApiId);
  return origin && stage && `${origin}/${stage}/`;
};
