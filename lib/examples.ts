import type { Settings } from './settings.ts';

const order = {
  order: {
    accountid: 'a1',
    vendorid: 'v1',
    orderdate: '2026-11-22 10:15:30',
    city: 'Sydney',
    details: { coffeetype: 'Latte', coffeesize: 'L', unitprice: '4.50', quantity: '2' },
  },
};

/** Says to API Gateway who asks; `${ApiKey}` is filled in by whoever shows the command. */
const credentials = {
  apiKey: ` -H 'x-api-key: \${ApiKey}'`,
  iam: ' --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" --aws-sigv4 "aws:amz:$AWS_REGION:execute-api"',
  none: '',
};

/**
 * Commands to paste that place an order, read it, ask for its invoice, and create a task. They travel as the
 * template's metadata, with `${ApiUrl}` and `${ApiKey}` to be filled in.
 */
export const examples = (auth: Settings['auth']): string[] => [
  `curl -X POST '\${ApiUrl}order'${credentials[auth]} -d '${JSON.stringify(order)}'`,
  `curl '\${ApiUrl}order?accountid=a1&vendorid=v1'${credentials[auth]}`,
  `curl '\${ApiUrl}invoice?accountid=a1&vendorid=v1'${credentials[auth]}`,
  `curl -X POST '\${ApiUrl}tasks'${credentials[auth]} -d '{"name":"My New Task"}'`,
];
