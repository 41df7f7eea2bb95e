import { callerArn, type Principal, type Principals } from '../principals.ts';
import { allows, trusts } from './policy.ts';
import type { Role } from './roles.ts';

/** The keys of an assumed role. */
export interface Session {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiresAtMs: number;
  /** `arn:aws:sts::<account>:assumed-role/<role>/<session>` */
  readonly arn: string;
}

/** Why a call is refused; the message is AWS's. */
export class AccessDenied extends Error {
  override readonly name = 'AccessDeniedException';
}

/** A session would last longer than the role allows; the message is AWS's. */
export class SessionTooLong extends Error {
  override readonly name = 'ValidationError';
}

/** The key is nobody's: that of a session which is over, or which came without its token. */
export class InvalidToken extends Error {
  override readonly name = 'UnrecognizedClientException';
  constructor() {
    super('The security token included in the request is invalid or has expired.');
  }
}

/**
 * Who may do what, by the template's own policies: the operator everything, a function what its role allows, an assumed
 * role what that allows.
 */
export class Access {
  readonly #principals: Principals;
  readonly #accountId: string;
  #roles: () => ReadonlyMap<string, Role> = () => new Map();
  #known: ReadonlyMap<string, Role> | undefined;

  constructor(principals: Principals, accountId: string) {
    this.#principals = principals;
    this.#accountId = accountId;
  }

  /** From now on the roles are these; they are read when they are first asked for. */
  open(roles: () => ReadonlyMap<string, Role>): void {
    this.#roles = roles;
  }

  /**
   * @throws AccessDenied unless the key's principal may do `action` on `resource`
   * @throws InvalidToken where it is nobody's; `token` came with the call
   */
  check(accessKeyId: string, token: string | undefined, action: string, resource: string): void {
    const principal = this.#principal(accessKeyId, token);
    if (principal.roleArn === undefined) return;
    const { statements = [], boundary } = this.#role(principal.roleArn) ?? {};
    const isWithin = boundary === undefined || allows(boundary, action, resource);
    if (isWithin && allows(statements, action, resource)) return;
    throw new AccessDenied(
      `User: ${callerArn(principal, this.#accountId)} is not authorized to perform: ${action} on resource: ${resource} ` +
        `because no identity-based policy allows the ${action} action`,
    );
  }

  /** The ARN of whoever holds the key; throws `InvalidToken` where that is nobody. */
  whoIs(accessKeyId: string, token: string | undefined): string {
    return callerArn(this.#principal(accessKeyId, token), this.#accountId);
  }

  /**
   * @throws AccessDenied unless the role is there and trusts the caller, who may assume it
   * @throws SessionTooLong for more than the role allows, or than the hour that one assumed role has to assume another
   * @throws InvalidToken where the caller is nobody
   */
  assume(
    caller: { accessKeyId: string; token: string | undefined },
    roleArn: string,
    session: SessionRequest,
  ): Session {
    const role = this.#role(roleArn);
    const principal = this.#principal(caller.accessKeyId, caller.token);
    if (!role || !trusts(role.trust, this.#accountId, principal.roleArn)) {
      const who = callerArn(principal, this.#accountId);
      throw new AccessDenied(`User: ${who} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`);
    }
    this.check(caller.accessKeyId, caller.token, 'sts:AssumeRole', roleArn);
    if (session.seconds > role.maxSessionSeconds)
      throw new SessionTooLong('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
    if (session.seconds > 3_600 && principal.roleArn !== undefined)
      throw new SessionTooLong(
        'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
      );
    const arn = `arn:aws:sts::${this.#accountId}:assumed-role/${role.name}/${session.name}`;
    const expiresAtMs = Date.now() + session.seconds * 1_000;
    const issued = this.#principals.issueSession({ name: role.name, roleArn, arn }, expiresAtMs);
    return { ...issued, expiresAtMs, arn };
  }

  #principal(accessKeyId: string, token: string | undefined): Principal {
    const principal = this.#principals.find(accessKeyId, token);
    if (!principal) throw new InvalidToken();
    return principal;
  }

  #role(arn: string): Role | undefined {
    this.#known ??= this.#roles();
    return this.#known.get(arn);
  }
}

export interface SessionRequest {
  readonly name: string;
  readonly seconds: number;
}
