import { checkBase64, decodedLength } from './base64.ts';
import { constraintErrors, serialization } from './errors.ts';
import type { Member, PreparedMember } from './member.ts';

type Input = Record<string, unknown>;

/**
 * Checks an operation's input in one pass. Throws a SerializationException for the first wrong type, otherwise a
 * ValidationException that lists up to ten constraints that do not hold. Members that it does not know stay unchecked.
 */
export const checkInput = (input: Input, members: readonly PreparedMember[]): void => {
  const check = new Check();
  check.structure(input, members);
  if (check.faults.length > 0) throw constraintErrors(check.faults);
};

const mostFaults = 10;

class Check {
  readonly faults: string[] = [];
  /** Where the check is in the input; joined only for a message. */
  private readonly path: (string | number)[] = [];

  structure(input: Input, members: readonly PreparedMember[]): void {
    for (const member of members) {
      const value = input[member.name];
      this.path.push(member.label);
      if (value === undefined || value === null) {
        if (member.required) this.fault(null, member, 'Member must not be null');
      } else {
        this.value(value, member);
        if (member.type === 'Integer') input[member.name] = Math.floor(value as number);
      }
      this.path.pop();
    }
  }

  private value(value: unknown, member: PreparedMember): void {
    switch (member.type) {
      case 'String':
        if (typeof value !== 'string') throw wrongType(value, 'an String');
        this.text(value, member);
        break;
      case 'Blob':
        if (typeof value !== 'string') throw wrongType(value, 'a Blob');
        checkBase64(value);
        this.length(decodedLength(value), value, member);
        break;
      case 'Integer':
        if (typeof value !== 'number') throw wrongType(value, 'an Integer');
        this.number(Math.floor(value), member);
        break;
      case 'Timestamp':
        if (typeof value !== 'number') throw wrongType(value, 'milliseconds since epoch');
        break;
      case 'Boolean':
        if (typeof value !== 'boolean') throw wrongType(value, 'an Boolean');
        break;
      case 'List':
        this.list(value, member);
        break;
      case 'Map':
        this.map(value, member);
        break;
      case 'Structure':
        if (!isStructure(value)) throw wrongStructure(value);
        this.structure(value, member.members);
    }
  }

  private text(value: string, member: PreparedMember): void {
    if (member.regex && !member.regex.test(value))
      this.fault(value, member, `Member must satisfy regular expression pattern: ${member.pattern}`);
    if (member.oneOf && !member.oneOf.includes(value))
      this.fault(value, member, `Member must satisfy enum value set: [${member.oneOf.join(', ')}]`);
    this.length(value.length, value, member);
  }

  private number(value: number, member: PreparedMember): void {
    const { least = value, most = value } = member;
    if (value < least) this.fault(value, member, `Member must have value greater than or equal to ${least}`);
    if (value > most) this.fault(value, member, `Member must have value less than or equal to ${most}`);
  }

  private length(length: number, value: unknown, member: PreparedMember): void {
    const { shortest = length, longest = length } = member;
    if (length < shortest) this.fault(value, member, `Member must have length greater than or equal to ${shortest}`);
    if (length > longest) this.fault(value, member, `Member must have length less than or equal to ${longest}`);
  }

  private list(value: unknown, member: PreparedMember): void {
    if (!Array.isArray(value))
      throw isStructure(value) ? wrongStructure(value) : serialization('Expected list or null');
    this.length(value.length, value, member);
    const each = member.member as PreparedMember;
    for (let index = 0; index < value.length; index++) {
      this.path.push(index + 1, 'member');
      if (value[index] == null) this.fault(null, each, 'Member must not be null');
      else this.value(value[index], each);
      this.path.length -= 2;
    }
  }

  private map(value: unknown, member: PreparedMember): void {
    if (!isStructure(value)) throw Array.isArray(value) ? wrongStructure(value) : serialization('Expected map or null');
    const keys = Object.keys(value);
    this.length(keys.length, value, member);
    for (const key of keys) {
      this.path.push(key);
      if (value[key] == null) delete value[key];
      else this.value(value[key], member.member as PreparedMember);
      this.text(key, member.keys as PreparedMember);
      this.path.pop();
    }
  }

  private fault(value: unknown, { type }: Pick<Member, 'type'>, constraint: string): void {
    if (this.faults.length >= mostFaults) return;
    const text = value === null ? 'null' : `'${asText(value, type)}'`;
    this.faults.push(`Value ${text} at '${this.path.join('.')}' failed to satisfy constraint: ${constraint}`);
  }
}

const isStructure = (value: unknown): value is Input => typeof value === 'object' && !Array.isArray(value);

/** The value of an error message, in the words of AWS's servers. */
const asText = (value: unknown, type: Member['type']): string => {
  if (type === 'Blob') return byteBuffer(decodedLength(value as string));
  if (type === 'List') return '[…]';
  return typeof value === 'object' ? JSON.stringify(value) : `${value}`;
};

export const byteBuffer = (length: number): string => `java.nio.HeapByteBuffer[pos=0 lim=${length} cap=${length}]`;

const wrongStructure = (value: unknown) =>
  serialization(
    Array.isArray(value)
      ? 'Start of list found where not expected'
      : typeof value === 'object'
        ? 'Start of structure or map found where not expected.'
        : 'Expected null',
  );

const javaClasses: Readonly<Record<string, string>> = {
  boolean: 'class java.lang.Boolean',
  number: 'class com.amazon.coral.value.json.numbers.TruncatingBigNumber',
  string: 'class java.lang.String',
};

const wrongType = (value: unknown, wanted: string) =>
  typeof value === 'object'
    ? wrongStructure(value)
    : serialization(`${javaClasses[typeof value]} can not be converted to ${wanted}`);
