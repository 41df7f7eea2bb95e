import { Match } from 'aws-cdk-lib/assertions';
import { everythingOn, functionId, mappingOf, templateWith, theOne } from '../support/synth.ts';

const template = templateWith();

describe.each([
  { projection: 'orders', name: 'project-order', variable: 'ORDER_TABLE', type: 'AWS::DynamoDB::GlobalTable' },
  { projection: 'invoices', name: 'project-invoice', variable: 'INVOICE_BUCKET', type: 'AWS::S3::Bucket' },
])('the two slots of the $projection', ({ projection, name, variable, type }) => {
  const environmentOf = (of: string) =>
    theOne(template, 'AWS::Lambda::Function', { Description: of })[1].Properties.Environment.Variables;
  const storeOf = (of: string): string => environmentOf(of)[variable].Ref;

  it('have a store, a function and a mapping each', () => {
    expect(storeOf(name)).not.toBe(storeOf(`${name}-green`));
    for (const slot of [name, `${name}-green`])
      expect(template.toJSON().Resources[storeOf(slot)]).toMatchObject({ Type: type });
  });

  it('read the same events in the same way, green not before somebody enables it', () => {
    const { FunctionName: _, ...blue } = mappingOf(template, name)[1].Properties;
    const { FunctionName: __, ...green } = mappingOf(template, `${name}-green`)[1].Properties;
    expect(blue.Enabled).toBe(true);
    expect(green).toEqual({ ...blue, Enabled: false });
  });

  it('are told to the operator', () => {
    const told = JSON.stringify(template.toJSON().Outputs.Slots.Value);
    expect(told).toContain(`\\"${projection}\\":{\\"blue\\":{\\"store\\":`);
    for (const slot of [name, `${name}-green`])
      for (const id of [storeOf(slot), functionId(template, slot), mappingOf(template, slot)[0]])
        expect(told).toContain(`{"Ref":"${id}"}`);
  });
});

describe('the live table', () => {
  const live = template.toJSON().Outputs.LiveTableName.Value.Ref;

  it.each(['query-orders', 'presign-invoice'])('is known to %s, and both slots', (name) =>
    template.hasResourceProperties('AWS::Lambda::Function', {
      Description: name,
      Environment: {
        Variables: Match.objectLike({
          LIVE_TABLE: { Ref: live },
          BLUE_ORDER_TABLE: template.toJSON().Outputs.OrderTableName.Value,
          GREEN_ORDER_TABLE: Match.anyValue(),
        }),
      },
    }),
  );

  it('is kept in production', () => {
    const [table] = Object.entries(templateWith(everythingOn).toJSON().Resources).filter(([id]) => id === live);
    expect(table?.[1]).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  });
});
