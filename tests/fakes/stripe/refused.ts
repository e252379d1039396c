/** An answer of Stripe that is an error: https://docs.stripe.com/api/errors */
export class Refused extends Error {
  readonly status: number;
  readonly error: Readonly<Record<string, unknown>>;

  constructor(status: number, error: Readonly<Record<string, unknown>> & { readonly type: string }) {
    super(String(error['message'] ?? error['code'] ?? error.type));
    this.status = status;
    this.error = error;
  }
}

export const missing = (what: string, id: string): Refused =>
  new Refused(404, {
    type: 'invalid_request_error',
    code: 'resource_missing',
    param: 'id',
    message: `No such ${what}: '${id}'`,
  });

export const invalid = (message: string, code = 'parameter_invalid'): Refused =>
  new Refused(400, { type: 'invalid_request_error', code, message });
