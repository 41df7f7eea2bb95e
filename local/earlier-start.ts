type Variables = Readonly<Record<string, string | undefined>>;

const endpointPrefix = 'AWS_ENDPOINT_URL_';

/**
 * What `LOCAL_ENDPOINTS` in `.local/env` says: of the endpoints in a stack's environment those that its runtime serves,
 * and not the operator's own, which `operators` holds.
 */
export const servedHere = (environment: Variables, operators: Variables): string =>
  Object.entries(environment)
    .filter(([name, url]) => name.startsWith(endpointPrefix) && operators[name] !== url)
    .map(([, url]) => url)
    .join(' ');

/**
 * Takes the endpoints of an earlier start, which a shell has that sourced its `.local/env`, out of `variables`, and
 * answers whether there were any: that runtime may be gone, and nobody who starts one means another to do its work.
 */
export const forgetEarlierStart = (variables: NodeJS.ProcessEnv): boolean => {
  const earlier = new Set(variables.LOCAL_ENDPOINTS?.split(' '));
  const names = Object.keys(variables).filter(
    (name) => name.startsWith(endpointPrefix) && earlier.has(variables[name] ?? ''),
  );
  for (const name of names) delete variables[name];
  return names.length > 0;
};
