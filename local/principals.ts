import { hash } from 'node:crypto';
import type { Credentials } from './engines/engine.ts';
import { endpointVariable } from './start-engines.ts';

/** Whose calls a key signs. */
export interface Principal {
  readonly name: string;
  /** The execution role; the operator has none. */
  readonly roleArn?: string;
}

/** Secrets by access key: who may call, for whoever checks signatures. */
export type Keys = ReadonlyMap<string, string>;

/** The name of the person at the terminal, and of what the runtime itself does. */
export const operatorName = 'operator';

/**
 * Who calls the services: the operator, and each resource that acts under a role, with a key of its own that is kept
 * with the data. So a call tells who made it. Only keys that were reserved before the engines started open S3 and SQS.
 */
export class Principals {
  /** Includes the operator's. */
  readonly keys: Keys;
  readonly operator: Credentials;
  readonly #keys: Map<string, string>;
  readonly #byAccessKey = new Map<string, Principal>();
  readonly #secret: (name: string) => string;
  readonly #shared: boolean;

  /**
   * `secret` makes a secret for a name, or finds it again. Where an endpoint of the operator's own takes an engine's
   * place, everyone signs with the operator's own key, since that endpoint knows no other.
   */
  constructor(secret: (name: string) => string) {
    const own = ownCredentials();
    const operator = own ?? {
      accessKeyId: `AKIA${secret('access-key-id').slice(0, 16).toUpperCase()}`,
      secretAccessKey: secret('secret-access-key'),
    };
    this.operator = operator;
    this.#secret = secret;
    this.#shared = own !== undefined;
    this.#keys = new Map([[operator.accessKeyId, operator.secretAccessKey]]);
    this.keys = this.#keys;
    this.#byAccessKey.set(operator.accessKeyId, { name: operatorName });
  }

  /** The key of the resource with this logical id; from now on calls signed with it are `principal`'s. */
  issue(logicalId: string, principal: Principal = { name: logicalId }): Credentials {
    if (this.#shared) return this.operator;
    const secretAccessKey = this.#secret(`access-key-${logicalId}`);
    const accessKeyId = `AKIA${hash('sha256', `${logicalId} ${secretAccessKey}`).slice(0, 16).toUpperCase()}`;
    this.#keys.set(accessKeyId, secretAccessKey);
    this.#byAccessKey.set(accessKeyId, principal);
    return { accessKeyId, secretAccessKey };
  }

  /** Whose key this is. */
  find(accessKeyId: string): Principal | undefined {
    return this.#byAccessKey.get(accessKeyId);
  }
}

const ownCredentials = (): Credentials | undefined => {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = process.env;
  const replaced = ['kinesis', 'dynamodb', 's3', 'sqs'].some((service) => process.env[endpointVariable(service)]);
  return replaced && accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined;
};
