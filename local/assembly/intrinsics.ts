/** Whether `value` is a call of an intrinsic function: an object whose one key is `Ref` or begins with `Fn::`. */
export const isIntrinsic = (value: object): boolean => {
  const keys = Object.keys(value);
  return keys.length === 1 && keys[0] !== undefined && (keys[0] === 'Ref' || keys[0].startsWith('Fn::'));
};

/** One `${Name}` or `${Name.Attribute}` of `Fn::Sub`. */
export interface Substitution {
  readonly name: string;
  readonly attribute?: string;
}

/** The literal parts and the substitutions of an `Fn::Sub` pattern, in order; `${!x}` stands for `${x}` itself. */
export const substitutions = (pattern: string): (string | Substitution)[] =>
  pattern.split(/(\$\{[^}]*\})/).map((part) => {
    if (!part.startsWith('${')) return part;
    const name = part.slice(2, -1).trim();
    if (name.startsWith('!')) return `\${${name.slice(1)}}`;
    const dot = name.indexOf('.');
    return dot < 0 ? { name } : { name: name.slice(0, dot), attribute: name.slice(dot + 1) };
  });

/** The names that `value` refers to by `Ref`, `Fn::GetAtt` and `Fn::Sub`, in the branches that its conditions take. */
export const references = (value: unknown, condition: (name: string) => boolean): Set<string> => {
  const names = new Set<string>();
  const visit = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return;
    if (Array.isArray(part)) {
      for (const entry of part) visit(entry);
      return;
    }
    if (!isIntrinsic(part)) {
      for (const entry of Object.values(part)) visit(entry);
      return;
    }
    const [name, argument] = Object.entries(part)[0] as [string, unknown];
    if (name === 'Ref') names.add(String(argument));
    else if (name === 'Fn::GetAtt') {
      names.add(String(Array.isArray(argument) ? argument[0] : String(argument).split('.')[0]));
      if (Array.isArray(argument)) visit(argument[1]);
    } else if (name === 'Fn::Sub') visitSub(argument);
    else if (name === 'Fn::If' && Array.isArray(argument)) visit(argument[condition(String(argument[0])) ? 1 : 2]);
    else visit(argument);
  };
  const visitSub = (argument: unknown): void => {
    const [pattern, variables] = Array.isArray(argument) ? argument : [argument, {}];
    for (const part of substitutions(String(pattern))) {
      if (typeof part !== 'string' && !Object.hasOwn(variables ?? {}, part.name)) names.add(part.name);
    }
    visit(variables);
  };
  visit(value);
  return names;
};
