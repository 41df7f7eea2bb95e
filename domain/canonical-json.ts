/**
 * The one JSON text of a value, after RFC 8785: fields sorted by their UTF-16 code units, no white space, numbers and
 * strings as JSON.stringify writes them. Equal values give equal bytes, however their fields were ordered.
 * For plain JSON values of bounded depth.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const fields: string[] = [];
  for (const [name, field] of Object.entries(value).sort(byName)) {
    if (field !== undefined) fields.push(`${JSON.stringify(name)}:${canonicalJson(field)}`);
  }
  return `{${fields.join(',')}}`;
}

// Not localeCompare: its order depends on the machine's language.
const byName = ([a]: [string, unknown], [b]: [string, unknown]) => (a < b ? -1 : 1);
