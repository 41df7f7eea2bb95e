import type { Template } from '../assembly/template.ts';
import { statementsOf } from './policy.ts';
import type { StsOptions } from './sts.ts';

/**
 * Serves STS where a role of the template may be assumed by somebody else than a service of AWS, and adds its address
 * to `urls`; answers what closes it.
 */
export const openSts = async (
  template: Template,
  options: StsOptions,
  urls: Map<string, string>,
): Promise<() => Promise<void>> => {
  if (!Object.values(template.Resources).some(isAssumable)) return async () => {};
  const { startSts } = await import('./sts.ts');
  const sts = await startSts(options);
  urls.set('sts', sts.url);
  return () => sts.close();
};

const isAssumable = ({ Type, Properties }: Template['Resources'][string]): boolean =>
  Type === 'AWS::IAM::Role' &&
  statementsOf(Properties?.AssumeRolePolicyDocument).some(
    ({ Principal: principal }) => typeof principal === 'object' && principal !== null && 'AWS' in principal,
  );
