import { hash, randomBytes } from 'node:crypto';
import type { Credentials } from './engines/engine.ts';
import { endpointVariable } from './start-engines.ts';

/** Whose calls a key signs. */
export interface Principal {
  readonly name: string;
  /** The execution role; the operator has none. */
  readonly roleArn?: string;
  /** Of its session, where it assumed the role. */
  readonly arn?: string;
}

/** As AWS names who calls: the account itself, or a session of a role; that which Lambda opens has the function's name. */
export const callerArn = ({ name, roleArn, arn }: Principal, accountId: string): string => {
  if (arn !== undefined) return arn;
  if (roleArn === undefined) return `arn:aws:iam::${accountId}:root`;
  return `arn:aws:sts::${accountId}:assumed-role/${roleArn.split('/').at(-1)}/${name}`;
};

/** Secrets by access key: who may call, for whoever checks signatures. */
export type Keys = ReadonlyMap<string, string>;

/** How the access key of an assumed role begins; of the engines, only Lambda's API takes one. */
export const sessionKeyPrefix = 'ASIA';

/** The name of the person at the terminal, and of what the runtime itself does. */
const operatorName = 'operator';

/**
 * Who calls the services: the operator, and each resource that acts under a role, with a key of its own that is kept
 * with the data. So a call tells who made it. Only keys that were reserved before the engines started open these.
 */
export class Principals {
  /** Includes the operator's. */
  readonly keys: Keys;
  /** Those of assumed roles too. */
  readonly keysAndSessions: Keys;
  readonly operator: Credentials;
  readonly #keys: Map<string, string>;
  readonly #keysAndSessions: Map<string, string>;
  readonly #sessions = new Map<string, { readonly token: string; readonly expiresAtMs: number }>();
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
    this.#keysAndSessions = new Map(this.#keys);
    this.keysAndSessions = this.#keysAndSessions;
    this.#byAccessKey.set(operator.accessKeyId, { name: operatorName });
  }

  /** The key of the resource with this logical id; from now on calls signed with it are `principal`'s. */
  issue(logicalId: string, principal: Principal = { name: logicalId }): Credentials {
    if (this.#shared) return this.operator;
    const secretAccessKey = this.#secret(`access-key-${logicalId}`);
    const accessKeyId = `AKIA${hash('sha256', `${logicalId} ${secretAccessKey}`).slice(0, 16).toUpperCase()}`;
    this.#keys.set(accessKeyId, secretAccessKey);
    this.#keysAndSessions.set(accessKeyId, secretAccessKey);
    this.#byAccessKey.set(accessKeyId, principal);
    return { accessKeyId, secretAccessKey };
  }

  /** A key for an assumed role, until then; it begins with `ASIA`, as on AWS. */
  issueSession(principal: Principal, expiresAtMs: number): Credentials & { readonly sessionToken: string } {
    for (const [accessKeyId, session] of this.#sessions)
      if (session.expiresAtMs <= Date.now()) this.#forget(accessKeyId);
    const accessKeyId = `${sessionKeyPrefix}${randomBytes(8).toString('hex').toUpperCase()}`;
    const [secretAccessKey, sessionToken] = [randomBytes(20).toString('hex'), randomBytes(64).toString('base64')];
    this.#keysAndSessions.set(accessKeyId, secretAccessKey);
    this.#byAccessKey.set(accessKeyId, principal);
    this.#sessions.set(accessKeyId, { token: sessionToken, expiresAtMs });
    return { accessKeyId, secretAccessKey, sessionToken };
  }

  /** Whose key this is; nobody's, where a session's is over or came without its `token`. */
  find(accessKeyId: string, token?: string): Principal | undefined {
    const session = this.#sessions.get(accessKeyId);
    if (session && (session.token !== token || session.expiresAtMs <= Date.now())) return undefined;
    return this.#byAccessKey.get(accessKeyId);
  }

  /** The name of whoever signs with this key, or did. */
  nameOf(accessKeyId: string): string | undefined {
    return this.#byAccessKey.get(accessKeyId)?.name;
  }

  #forget(accessKeyId: string): void {
    this.#sessions.delete(accessKeyId);
    this.#keysAndSessions.delete(accessKeyId);
    this.#byAccessKey.delete(accessKeyId);
  }
}

const ownCredentials = (): Credentials | undefined => {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = process.env;
  const replaced = ['kinesis', 'dynamodb', 's3', 'sqs'].some((service) => process.env[endpointVariable(service)]);
  return replaced && accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined;
};
