/** The type of a member of an operation's input, and its constraints. */
export interface Member {
  readonly type: 'String' | 'Integer' | 'Timestamp' | 'Boolean' | 'Blob' | 'List' | 'Map' | 'Structure';
  readonly required?: boolean;
  /** A regular expression for the whole text. */
  readonly pattern?: string;
  readonly oneOf?: readonly string[];
  /** Bounds of a number. */
  readonly least?: number;
  readonly most?: number;
  /** Bounds of a length: of a text in characters, of a blob in bytes, of a list or a map in members. */
  readonly shortest?: number;
  readonly longest?: number;
  /** What a list or a map holds. */
  readonly member?: Member;
  /** The keys of a map. */
  readonly keys?: Member;
  /** The members of a structure. */
  readonly members?: MemberTable;
}

export type MemberTable = Readonly<Record<string, Member>>;

/** A member that is ready for checks. */
export interface PreparedMember extends Omit<Member, 'member' | 'keys' | 'members'> {
  readonly name: string;
  /** The name as error messages spell it. */
  readonly label: string;
  readonly regex: RegExp | undefined;
  readonly member: PreparedMember | undefined;
  readonly keys: PreparedMember | undefined;
  readonly members: readonly PreparedMember[];
}

export const prepare = (table: MemberTable): PreparedMember[] =>
  Object.entries(table).map(([name, member]) => prepareMember(name, member));

const prepareMember = (name: string, member: Member): PreparedMember => ({
  ...member,
  name,
  label: name.charAt(0).toLowerCase() + name.slice(1),
  regex: member.pattern === undefined ? undefined : new RegExp(`^(?:${member.pattern})$`),
  member: member.member && prepareMember('member', member.member),
  keys: member.keys && prepareMember('key', member.keys),
  members: prepare(member.members ?? {}),
});
