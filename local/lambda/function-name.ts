import type { LocalFunction } from './local-function.ts';

/**
 * Finds the function that a caller names: by name, by `account:function:name`, by ARN, each with `:$LATEST` or
 * without. `undefined` where there is none, or where another version is meant: only `$LATEST` is run here.
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_RequestSyntax
 */
export const findFunction = (
  functions: ReadonlyMap<string, LocalFunction>,
  named: string,
  qualifier = '$LATEST',
): LocalFunction | undefined => {
  const match = /^(?:(?:arn:aws[\w-]*:lambda:([\w-]+):)?(\d{12}):function:)?([\w-]+)(?::([\w$-]+))?$/.exec(named);
  if (!match) return undefined;
  const [, region, account, name, version = qualifier] = match;
  if (version !== '$LATEST' || qualifier !== '$LATEST') return undefined;
  for (const [arn, found] of functions) {
    const [, , , itsRegion, itsAccount] = arn.split(':');
    if (found.functionName !== name) continue;
    if ((region ?? itsRegion) === itsRegion && (account ?? itsAccount) === itsAccount) return found;
  }
  return undefined;
};
