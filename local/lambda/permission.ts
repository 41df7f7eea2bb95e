/** What a caller of Lambda's API must be allowed to do. */
export interface Permission {
  readonly action: string;
  readonly resource: string;
}

/**
 * The permission that a request needs, whether what it names is there or not.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html
 */
export const permissionOf = (
  method: string,
  path: string,
  { region, accountId }: { readonly region: string; readonly accountId: string },
): Permission => {
  const arn = (kind: string, name: string) => `arn:aws:lambda:${region}:${accountId}:${kind}:${name}`;
  const [, , kind = '', named = '', what] = path.split('/');
  if (kind === 'event-source-mappings') {
    if (named === '') return { action: 'lambda:ListEventSourceMappings', resource: '*' };
    const action = method === 'PUT' ? 'UpdateEventSourceMapping' : 'GetEventSourceMapping';
    return { action: `lambda:${action}`, resource: arn('event-source-mapping', named) };
  }
  if (named === '') return { action: 'lambda:ListFunctions', resource: '*' };
  const resource = named.startsWith('arn:') ? named : arn('function', named.replace(/^\d{12}:function:/, ''));
  if (method === 'POST') return { action: 'lambda:InvokeFunction', resource };
  return { action: what === 'configuration' ? 'lambda:GetFunctionConfiguration' : 'lambda:GetFunction', resource };
};
