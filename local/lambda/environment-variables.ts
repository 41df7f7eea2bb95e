import type { Endpoints } from '../context.ts';
import type { Credentials } from '../engines/engine.ts';
import { endpointVariable } from '../start-engines.ts';
import { StartError } from '../start-error.ts';

/** What the environment variables of a function are made of. */
export interface VariableSettings {
  readonly functionName: string;
  readonly runtime: string;
  readonly handler: string;
  readonly memoryMb: number;
  readonly region: string;
  readonly credentials: Credentials;
  readonly endpoints: Partial<Endpoints>;
  readonly logGroup: string;
  readonly logFormat: 'Text' | 'JSON';
  readonly logLevel: string;
  /** The function's own, as the template has them. */
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * All that a function finds in `process.env`: what Lambda sets for a Node runtime, the endpoints of the engines, and
 * its own variables; nothing of the machine's. There is no session token: the local key needs none.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
export const environmentVariables = (
  settings: VariableSettings,
  taskRoot: string,
  logStream: string,
): Record<string, string> => ({
  AWS_ACCESS_KEY_ID: settings.credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: settings.credentials.secretAccessKey,
  ...endpointVariables(settings.endpoints),
  AWS_DEFAULT_REGION: settings.region,
  AWS_EXECUTION_ENV: `AWS_Lambda_${settings.runtime}`,
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(settings.memoryMb),
  AWS_LAMBDA_FUNCTION_NAME: settings.functionName,
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  AWS_LAMBDA_LOG_GROUP_NAME: settings.logGroup,
  AWS_LAMBDA_LOG_STREAM_NAME: logStream,
  ...(settings.logFormat === 'JSON' && { AWS_LAMBDA_LOG_FORMAT: 'JSON', AWS_LAMBDA_LOG_LEVEL: settings.logLevel }),
  AWS_LAMBDA_RUNTIME_API: '127.0.0.1:9001',
  AWS_REGION: settings.region,
  AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR',
  AWS_XRAY_DAEMON_ADDRESS: '127.0.0.1:2000',
  LAMBDA_RUNTIME_DIR: '/var/runtime',
  LAMBDA_TASK_ROOT: taskRoot,
  LANG: 'en_US.UTF-8',
  LD_LIBRARY_PATH: '/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib',
  NODE_PATH: `/opt/nodejs/${nodeFolder(settings.runtime)}/node_modules:/opt/nodejs/node_modules:/var/runtime/node_modules:/var/runtime:/var/task`,
  PATH: '/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin',
  PWD: taskRoot,
  TZ: ':UTC',
  _HANDLER: settings.handler,
  ...settings.variables,
});

/** `AWS_ENDPOINT_URL_<SERVICE>` for each service that answers here, as every SDK reads them. */
const endpointVariables = (endpoints: Partial<Endpoints>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(endpoints)
      .filter(([, url]) => url)
      .map(([service, url]) => [endpointVariable(service), url]),
  );

const nodeFolder = (runtime: string): string => runtime.replace(/js(\d+)\.x$/, '$1');

/**
 * Throws the `StartError` with which a deployment would fail: a reserved name, a name no shell takes, more than 4 KB.
 */
export const checkVariables = (functionName: string, variables: Readonly<Record<string, string>>): void => {
  const names = Object.keys(variables);
  const refused = names.find((name) => reserved.has(name) || !/^[A-Za-z]\w+$/.test(name));
  if (refused !== undefined) {
    throw new StartError(`${functionName}: Lambda does not take ${refused} as the name of an environment variable.`);
  }
  const bytes = Object.entries(variables).reduce((sum, [name, value]) => sum + Buffer.byteLength(name + value), 0);
  if (bytes > 4_096) {
    throw new StartError(`${functionName}: its environment variables take ${bytes} bytes; Lambda allows 4096.`);
  }
};

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
const reserved = new Set([
  '_HANDLER',
  '_X_AMZN_TRACE_ID',
  'AWS_DEFAULT_REGION',
  'AWS_REGION',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_ACCESS_KEY',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_LAMBDA_RUNTIME_API',
  'LAMBDA_TASK_ROOT',
  'LAMBDA_RUNTIME_DIR',
]);
