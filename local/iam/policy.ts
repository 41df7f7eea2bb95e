/** One statement of a policy, as a template writes it. */
export interface Statement {
  readonly Effect?: unknown;
  readonly Action?: unknown;
  readonly Resource?: unknown;
  readonly Principal?: unknown;
  readonly NotPrincipal?: unknown;
  readonly NotAction?: unknown;
  readonly NotResource?: unknown;
  readonly Condition?: unknown;
}

/** The statements of a policy document. */
export const statementsOf = (document: unknown): readonly Statement[] => {
  const { Statement = [] } = (document ?? {}) as { Statement?: unknown };
  return [Statement].flat() as Statement[];
};

/**
 * Whether identity-based statements allow an action on a resource: one allows it, and none denies it. A statement with
 * `Condition`, `NotAction` or `NotResource` isn't understood here: it never allows, and denies what it may deny.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export const allows = (statements: readonly Statement[], action: string, resource: string): boolean => {
  const concerning = statements.filter(
    (statement) =>
      (statement.NotAction !== undefined || matchesAny(statement.Action, action.toLowerCase(), lower)) &&
      (statement.NotResource !== undefined || matchesAny(statement.Resource, resource)),
  );
  if (concerning.some(({ Effect }) => Effect === 'Deny')) return false;
  return concerning.some((statement) => statement.Effect === 'Allow' && isPlain(statement));
};

/**
 * Whether a role's trust policy lets the account itself, or the caller with this ARN, assume the role; what isn't
 * understood here counts as in `allows`.
 */
export const trusts = (statements: readonly Statement[], accountId: string, callerArn: string | undefined): boolean => {
  const ours = ['*', accountId, `arn:aws:iam::${accountId}:root`, callerArn];
  const concerning = statements.filter(
    ({ Action, NotAction, Principal: principal, NotPrincipal }) =>
      (NotAction !== undefined || matchesAny(Action, 'sts:assumerole', lower)) &&
      (NotPrincipal !== undefined || principalsIn(principal).some((name) => ours.includes(String(name)))),
  );
  if (concerning.some(({ Effect }) => Effect === 'Deny')) return false;
  return concerning.some((statement) => statement.Effect === 'Allow' && isPlain(statement));
};

const principalsIn = (principal: unknown): readonly unknown[] =>
  principal === '*' ? ['*'] : [(principal as { AWS?: unknown } | undefined)?.AWS ?? []].flat();

const isPlain = ({ NotAction, NotResource, NotPrincipal, Condition }: Statement): boolean =>
  [NotAction, NotResource, NotPrincipal, Condition].every((each) => each === undefined);

const lower = (pattern: string) => pattern.toLowerCase();

/** `*` stands for any characters, `?` for one. */
const matchesAny = (patterns: unknown, text: string, prepare: (pattern: string) => string = String): boolean =>
  [patterns ?? []].flat().some((pattern) => {
    if (typeof pattern !== 'string') return false;
    const expression = prepare(pattern)
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.');
    return new RegExp(`^${expression}$`, 's').test(text);
  });
