import { hash } from 'node:crypto';

const digestLength = 8;

/**
 * The name of a resource that the template leaves unnamed: stack and logical id, the same at each start. Where it would
 * be longer than `maxLength`, its end gives way to a digest of the whole.
 */
export const physicalName = (stackName: string, logicalId: string, maxLength = 64): string => {
  const whole = `${stackName}-${logicalId}`;
  if (whole.length <= maxLength) return whole;
  return `${whole.slice(0, maxLength - digestLength - 1)}-${hash('sha256', whole).slice(0, digestLength)}`;
};
