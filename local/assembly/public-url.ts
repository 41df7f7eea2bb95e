/** How an API's own URL begins on AWS, and what AWS makes of it: `https://<id>.execute-api.<region>.amazonaws.com`. */
const publicUrl = /https:\/\/([a-z0-9]+)\.execute-api\.[a-z0-9-]+\.amazonaws\.com/g;

/**
 * `value` with the public URL of each REST API in `origins` (id to `http://127.0.0.1:<port>`) replaced by its local
 * one, in whatever string it occurs.
 */
export const withLocalOrigins = (value: unknown, origins: ReadonlyMap<string, string>): unknown => {
  if (typeof value === 'string') {
    return value.includes('.execute-api.')
      ? value.replace(publicUrl, (whole, restApiId: string) => origins.get(restApiId) ?? whole)
      : value;
  }
  if (Array.isArray(value)) return value.map((entry) => withLocalOrigins(entry, origins));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, withLocalOrigins(entry, origins)]));
};
