import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { compileInput, type InputSettings } from '../../../local/event-bridge/target-input.ts';

const detail = {
  id: 'o-1',
  'instance-id': 'i-1',
  text: 'say "hi" \\ bye',
  count: 3,
  price: 1.5,
  on: true,
  none: null,
  list: ['a', 1],
  items: [{ sku: 'x' }, { sku: 'y' }, {}],
  nested: { deep: { er: 1 } },
};
const envelope = {
  version: '0',
  id: 'e-1',
  'detail-type': 'sale',
  source: 'stores',
  account: '000000000000',
  time: '2026-11-22T10:15:31Z',
  region: 'us-east-1',
  resources: [],
  detail,
};
const event = { text: JSON.stringify(envelope), takenAtMs: Date.parse('2026-11-22T10:15:32.500Z') };
const rule = { arn: 'arn:aws:events:us-east-1:000000000000:rule/bus/sold', name: 'sold' };
const made = (settings: InputSettings): string => compileInput(settings, rule)(event);
const templated = (template: string, pathsMap: Record<string, string> = {}): string =>
  made({ inputTransformer: { template, pathsMap } });
const refusal = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
  return 'accepted';
};

describe('the input of a target', () => {
  it('is the whole event', () => expect(made({})).toBe(event.text));

  it('is a constant', () => expect(made({ input: '{"a":1}' })).toBe('{"a":1}'));

  it.each<[string, unknown]>([
    ['$', envelope],
    ['$.detail', detail],
    ['$.detail-type', 'sale'],
    ['$.detail.instance-id', 'i-1'],
    ["$.detail['instance-id']", 'i-1'],
    ['$.detail["id"]', 'o-1'],
    ['$.detail.none', null],
    ['$.detail.items[1].sku', 'y'],
    ['$.detail.items[*].sku', ['x', 'y']],
    ['$.detail.nested.*', [{ er: 1 }]],
  ])('is what lies at %s', (inputPath, expected) => {
    expect(JSON.parse(made({ inputPath }))).toEqual(expected);
  });

  it('keeps numbers as they were written', () => {
    const text = '{"detail":{"sales":59109.60,"id":12345678901234567890,"n":1}}';
    const template = '{"sales":<sales>,"id":"<id>","all":<all>}';
    const pathsMap = { sales: '$.detail.sales', id: '$.detail.id', all: '$.detail' };
    const of = (settings: InputSettings) => compileInput(settings, rule)({ text, takenAtMs: 0 });

    expect(of({ inputPath: '$.detail' })).toBe('{"sales":59109.60,"id":12345678901234567890,"n":1}');
    expect(of({ inputTransformer: { template, pathsMap } })).toBe(
      '{"sales":59109.60,"id":"12345678901234567890","all":{"sales":59109.60,"id":12345678901234567890,"n":1}}',
    );
  });

  it.each(['$.detail.nothing', '$.detail.id.more', '$.detail.items[9]', '$.detail.list.0', '$.detail.constructor'])(
    'is none where %s leads to nothing',
    (inputPath) => expect(refusal(() => made({ inputPath }))).toMatch(/^InvalidInput: /),
  );

  it.each(['detail', '$.detail[', '$..id', '$.detail[?(@.a)]', '$.', '$.a b', '$.detail.items[-1]', ''])(
    'refuses the path %j',
    (inputPath) => expect(refusal(() => made({ inputPath }))).toMatch(/^InvalidJsonPath: /),
  );
});

describe('an input template', () => {
  const paths = {
    id: '$.detail.id',
    text: '$.detail.text',
    count: '$.detail.count',
    on: '$.detail.on',
    none: '$.detail.none',
    list: '$.detail.list',
    all: '$.detail.nested',
    gone: '$.detail.gone',
  };

  it.each<[string, string]>([
    // JSON: a variable is its JSON
    ['{"a":<id>}', '{"a":"o-1"}'],
    ['{"a": <count>, "b": <on>, "c": <none>}', '{"a": 3, "b": true, "c": null}'],
    ['{"a":<list>,"b":<all>}', '{"a":["a",1],"b":{"deep":{"er":1}}}'],
    ['{"a":<text>}', '{"a":"say \\"hi\\" \\\\ bye"}'],
    ['{"a":<gone>}', '{"a":""}'],
    ['[<id>,<id>]', '["o-1","o-1"]'],
    ['<all>', '{"deep":{"er":1}}'],
    // within quotes: its text
    ['{"a":"orders/<id>/<count>"}', '{"a":"orders/o-1/3"}'],
    ['{"<id>":1}', '{"o-1":1}'],
    ['{"a":"<text>"}', '{"a":"say \\"hi\\" \\\\ bye"}'],
    ['{"a":"<none>,<on>,<gone>."}', '{"a":"null,true,."}'],
    ['{"a":"<all>"}', '{"a":"{deep:{er:1}}"}'],
    ['{"a":"a \\" <id>","b":<id>}', '{"a":"a \\" o-1","b":"o-1"}'],
    // strings keep their quotes
    ['"<id> is on: <on>"', '"o-1 is on: true"'],
    ['"Event, detail <gone>"', '"Event, detail "'],
    ['"Payload of <all>"', '"Payload of {deep:{er:1}}"'],
    ['"first <id>"\n"second <count>"', '"first o-1"\n"second 3"'],
    // reserved
    ['{"r":<aws.events.rule-name>,"a":"<aws.events.rule-arn>"}', `{"r":"sold","a":"${rule.arn}"}`],
    ['{"t":<aws.events.event.ingestion-time>}', '{"t":"2026-11-22T10:15:32Z"}'],
    ['{"e":<aws.events.event.json>}', `{"e":${event.text}}`],
    ['{"e":<aws.events.event>}', `{"e":${JSON.stringify({ ...envelope, detail: undefined })}}`],
    // no variable at all
    ['{"a":"1 < 2 > 0"}', '{"a":"1 < 2 > 0"}'],
  ])('%s', (template, expected) => expect(templated(template, paths)).toBe(expected));

  it('makes JSON of any text that stands in the event', () => {
    fc.assert(
      fc.property(fc.string(), fc.jsonValue(), (text, value) => {
        const settings = { template: '{"a":<t>,"b":"x<t>y","c":<v>,"d":"<v>"}', pathsMap: { t: '$.t', v: '$.v' } };
        const made = compileInput(
          { inputTransformer: settings },
          rule,
        )({ text: JSON.stringify({ t: text, v: value }), takenAtMs: 0 });
        expect(JSON.parse(made)).toMatchObject({ a: text, b: `x${text}y`, d: expect.any(String) });
      }),
    );
  });

  it.each<[string, string, Record<string, string>]>([
    ['a variable without a path', '{"a":<b>}', {}],
    ['text that is no JSON', 'Order <id>', { id: '$.id' }],
    ['JSON that is broken', '{"a":<id>', { id: '$.id' }],
    ['a reserved name', '{"a":1}', { 'aws.events.event': '$' }],
    ['a whole event within quotes', '{"a":"<aws.events.event.json>"}', {}],
  ])('is refused with %s', (_, template, pathsMap) => {
    expect(refusal(() => templated(template, pathsMap))).toMatch(/^InvalidTemplate: /);
  });

  it('is refused with a path that is none', () => {
    expect(refusal(() => templated('{"a":<id>}', { id: 'detail.id' }))).toMatch(/^InvalidJsonPath: /);
  });
});
