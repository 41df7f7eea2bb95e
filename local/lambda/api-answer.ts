/** What Lambda's API answers to one request. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

export const json = (value: object, status = 200): ApiAnswer => ({ status, body: JSON.stringify(value) });

/** An error, its type where the SDKs look for it. */
export const refusal = (status: number, type: string, message: string, more: object = {}): ApiAnswer => ({
  status,
  headers: { 'x-amzn-ErrorType': type },
  body: JSON.stringify({ Type: 'User', Message: message, message, ...more }),
});
