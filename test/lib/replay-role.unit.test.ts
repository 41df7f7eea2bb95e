import { everythingOn, functionId, resourcesOf, templateWith, theOne } from '../support/synth.ts';

describe.each([
  { name: 'minimal', template: templateWith() },
  { name: 'everything on', template: templateWith(everythingOn) },
])('the replay role ($name)', ({ template }) => {
  const role = template.toJSON().Outputs.ReplayRoleArn.Value['Fn::GetAtt'][0];
  const projections = ['project-invoice', 'project-invoice-green', 'project-order', 'project-order-green'];

  it('may invoke the slots of the projections, and nothing else', () => {
    const [, { Properties }] = theOne(template, 'AWS::IAM::Policy', { Roles: [{ Ref: role }] });
    expect(Properties.PolicyDocument.Statement).toEqual([
      {
        Effect: 'Allow',
        Action: 'lambda:InvokeFunction',
        Resource: projections.map((name) => ({ 'Fn::GetAtt': [functionId(template, name), 'Arn'] })),
      },
    ]);
  });

  it('is assumed by whom the account lets, and by no service', () => {
    const [[, found] = []] = resourcesOf(template, 'AWS::IAM::Role').filter(([id]) => id === role);
    expect(found?.Properties.AssumeRolePolicyDocument.Statement).toEqual([
      {
        Effect: 'Allow',
        Action: 'sts:AssumeRole',
        Principal: {
          AWS: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::', { Ref: 'AWS::AccountId' }, ':root']] },
        },
      },
    ]);
  });
});
