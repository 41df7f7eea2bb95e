// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Fn::Sub writes its variables so
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { creationOrder } from '../../../local/assembly/creation-order.ts';
import { references } from '../../../local/assembly/intrinsics.ts';

const graph = (needs: Record<string, string[]>) =>
  new Map(Object.entries(needs).map(([name, needed]) => [name, new Set(needed)]));

describe('the order of creation', () => {
  it('puts each name after all that it needs', () => {
    const acyclic = fc
      .array(fc.array(fc.nat(50), { maxLength: 5 }), { maxLength: 40 })
      .map(
        (rows) => new Map(rows.map((row, index) => [`${index}`, new Set(row.filter((n) => n > index).map(String))])),
      );
    fc.assert(
      fc.property(acyclic, (needs) => {
        const order = creationOrder(needs);
        expect([...order].sort()).toEqual([...needs.keys()].sort());
        for (const [name, needed] of needs) {
          for (const other of needed) {
            if (needs.has(other)) expect(order.indexOf(other)).toBeLessThan(order.indexOf(name));
          }
        }
      }),
    );
  });

  it('names the cycle, and nothing that only leads to it', () =>
    expect(() => creationOrder(graph({ way: ['a'], a: ['b'], b: ['c'], c: ['a'] }))).toThrow(/: a → b → c → a$/));

  it('names a resource that needs itself', () => expect(() => creationOrder(graph({ a: ['a'] }))).toThrow(/: a → a$/));
});

describe('the names that a value refers to', () => {
  const found = (value: unknown) => [...references(value, (name) => name === 'Yes')].sort();

  it('are found in every kind of reference, however deep', () =>
    expect(
      found({
        a: { Ref: 'A' },
        b: [{ 'Fn::GetAtt': ['B', 'Arn'] }, { 'Fn::GetAtt': 'C.Arn' }],
        c: { 'Fn::Join': ['', ['x', { Ref: 'D' }]] },
        d: { 'Fn::Sub': '${E}/${F.Arn}/${!G}' },
        e: { 'Fn::Select': [0, { 'Fn::Split': ['/', { Ref: 'H' }] }] },
      }),
    ).toEqual(['A', 'B', 'C', 'D', 'E', 'F', 'H']));

  it('leave out the variables of a substitution, but not what those refer to', () =>
    expect(found({ 'Fn::Sub': ['${x} ${A}', { x: { Ref: 'B' } }] })).toEqual(['A', 'B']));

  it('leave out the branch that a condition does not take', () =>
    expect(found([{ 'Fn::If': ['Yes', { Ref: 'A' }, { Ref: 'B' }] }, { 'Fn::If': ['No', 1, { Ref: 'C' }] }])).toEqual([
      'A',
      'C',
    ]));
});
