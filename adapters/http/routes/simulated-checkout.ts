import type { ServerResponse } from 'node:http';
import { unknownPath } from '../edge-refusals.ts';
import { checkoutPage, checkoutSecurity, type CheckoutPage } from '../pages/simulated-checkout.ts';
import { readForm } from '../raw-body.ts';
import type { RawRoute } from '../route.ts';

type Decision = 'pay' | 'decline' | 'cancel';

/** The page of the simulated gateway, as this adapter needs it: by its secret name, which is all the right it takes. */
export interface HostedCheckout {
  show(checkoutId: string): Promise<CheckoutPage | undefined>;
  decide(checkoutId: string, decision: Decision): Promise<CheckoutPage | undefined>;
}

const PATH = '/simulated/checkout/{id}';
const SECRET = /^[0-9a-f]{64}$/;

type Asked = Parameters<RawRoute['serve']>[1];

/** Names of pages are secrets: one that cannot be one is answered like one that does not exist. */
function nameIn({ params }: Asked): string {
  const id = params['id'] ?? '';
  if (!SECRET.test(id)) throw unknownPath();
  return id;
}

function answer(response: ServerResponse, status: number, page: CheckoutPage): void {
  const html = checkoutPage(page);
  for (const [name, value] of checkoutSecurity(page)) response.setHeader(name, value);
  response.writeHead(status, {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Length': Buffer.byteLength(html),
  });
  response.end(html);
}

const isDecision = (text: string | null): text is Decision =>
  text === 'pay' || text === 'decline' || text === 'cancel';

/**
 * The gateway's hosted page: a form and no script. No token guards it against foreign sites: nobody can send the
 * form who does not know the page's name.
 */
export const simulatedCheckoutRoutes = (checkout: HostedCheckout): readonly RawRoute[] => [
  {
    method: 'get',
    path: PATH,
    tag: 'Simulated gateway',
    summary: 'The page where a payer acts',
    refuses: ['request.not-found'],
    serve: async (_, request, response) => {
      const page = await checkout.show(nameIn(request));
      if (!page) throw unknownPath();
      answer(response, 200, page);
    },
  },
  {
    method: 'post',
    path: PATH,
    tag: 'Simulated gateway',
    summary: 'What the payer decided: `decision` is pay, decline or cancel',
    refuses: ['request.not-found'],
    serve: async (_, request, response) => {
      const id = nameIn(request);
      const decision = (await readForm(request)).get('decision');
      const page = isDecision(decision) ? await checkout.decide(id, decision) : await checkout.show(id);
      if (!page) throw unknownPath();
      for (const [name, value] of checkoutSecurity(page)) response.setHeader(name, value);
      // Back to whoever sent the payer here, else to the page itself, so that a reload sends nothing twice.
      const itself = `${request.base}/simulated/checkout/${id}`;
      response.writeHead(303, { Location: isDecision(decision) ? (page.returnUrl ?? itself) : itself });
      response.end();
    },
  },
];
