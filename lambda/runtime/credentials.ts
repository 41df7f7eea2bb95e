import * as z from 'zod/mini';
import { name, readEnv } from './env.ts';

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | undefined;
}

const variables = { AWS_ACCESS_KEY_ID: name, AWS_SECRET_ACCESS_KEY: name, AWS_SESSION_TOKEN: z.optional(z.string()) };

/**
 * Takes the place of the SDK's chain of credential providers in the bundles: Lambda puts a function's credentials into
 * its environment, so the other ten providers (single sign-on, profiles, instance metadata …) are never asked, and
 * leaving them out saves 135 KB and a quarter of the import time. The SDK asks for each call; the
 * environment is read once.
 */
export const defaultProvider = () => {
  let credentials: Credentials | undefined;
  return async () => {
    credentials ??= readCredentials();
    return credentials;
  };
};

function readCredentials(): Credentials {
  const env = readEnv(variables);
  return {
    accessKeyId: env.AWS_ACCESS_KEY_ID,
    secretAccessKey: env.AWS_SECRET_ACCESS_KEY,
    sessionToken: env.AWS_SESSION_TOKEN,
  };
}
