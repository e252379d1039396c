import { createHash } from 'node:crypto';
import { money, toDecimal } from '../../../src/kernel/money.ts';
import type { HeaderList } from '../secure-headers.ts';
import { escaped } from './markup.ts';

/** What a payer is shown. */
export interface CheckoutPage {
  readonly description: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly state: 'open' | 'paid' | 'declined' | 'closed';
  readonly returnUrl: string | null;
}

const STYLE = `
:root { color-scheme: light dark; --ink: #1c1b22; --soft: #5b5966; --paper: #f4f3f8; --card: #ffffff;
  --line: #dcdae6; --accent: #5a3ee6; --accent-ink: #ffffff; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #f2f1f7; --soft: #b3b0c2; --paper: #15141b; --card: #201f29; --line: #3a3847;
    --accent: #a594ff; --accent-ink: #15141b; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem;
  background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { width: min(100%, 26rem); background: var(--card); border: 1px solid var(--line); border-radius: 1rem;
  padding: 2rem; box-shadow: 0 1rem 3rem rgb(0 0 0 / .08); }
.test { margin: 0 0 1.5rem; font-size: .875rem; color: var(--soft); }
h1 { margin: 0; font-size: 1.125rem; font-weight: 600; overflow-wrap: anywhere; }
.amount { margin: .25rem 0 2rem; font-size: 2.5rem; font-weight: 700; letter-spacing: -.02em; }
.amount small { font-size: 1rem; font-weight: 500; color: var(--soft); letter-spacing: 0; }
form { display: grid; gap: .75rem; margin: 0; }
button, .button { font: inherit; font-weight: 600; padding: .8rem 1rem; border-radius: .6rem; cursor: pointer;
  border: 1px solid var(--line); background: transparent; color: var(--ink); text-align: center;
  text-decoration: none; display: block; width: 100%; }
button.main, .button.main { background: var(--accent); border-color: var(--accent); color: var(--accent-ink); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
`;

/** The only style that the page may have is this one, by its digest. */
const STYLE_DIGEST = createHash('sha256').update(STYLE).digest('base64');

/**
 * No script, no frame, nothing from elsewhere. The address is a secret, so that it is neither kept nor told to
 * the next site. Where the form leads on to must be named as well: browsers hold a redirect behind a form to it.
 */
export function checkoutSecurity({ returnUrl }: Pick<CheckoutPage, 'returnUrl'>): HeaderList {
  const target = returnUrl === null ? null : formTargetOf(returnUrl);
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${STYLE_DIGEST}'`,
    `form-action 'self'${target === null ? '' : ` ${target}`}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ];
  return [
    ['Content-Security-Policy', policy.join('; ')],
    ['Cache-Control', 'no-store'],
    ['Referrer-Policy', 'no-referrer'],
    ['X-Robots-Tag', 'noindex'],
    ['Cross-Origin-Resource-Policy', 'same-origin'],
    ['Cross-Origin-Opener-Policy', 'same-origin'],
  ];
}

/** An origin; of an app's own scheme the scheme. */
function formTargetOf(returnUrl: string): string | null {
  if (!URL.canParse(returnUrl)) return null;
  const { origin, protocol } = new URL(returnUrl);
  return origin === 'null' ? protocol : origin;
}

const HEADINGS: Readonly<Record<Exclude<CheckoutPage['state'], 'open'>, string>> = {
  paid: 'Paid. Thank you!',
  declined: 'The payment was declined. Nothing was charged.',
  closed: 'This page is closed. Nothing was charged.',
};

/** The page as HTML. */
export function checkoutPage(page: CheckoutPage): string {
  const amount = toDecimal(money(page.amountMinor, page.currency));
  const title = page.state === 'open' ? `Pay ${amount} ${page.currency}` : HEADINGS[page.state];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escaped(title)} · Simulated checkout</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<p class="test">Simulated checkout: no real money moves.</p>
<h1>${escaped(page.description)}</h1>
<p class="amount">${escaped(amount)} <small>${escaped(page.currency)}</small></p>
${page.state === 'open' ? form(amount, page.currency) : outcome(page, HEADINGS[page.state])}
</main>
</body>
</html>
`;
}

const form = (amount: string, currency: string): string => `<form method="post" aria-label="Your decision">
<button class="main" name="decision" value="pay">Pay ${escaped(amount)} ${escaped(currency)}</button>
<button name="decision" value="decline">Decline the card</button>
<button name="decision" value="cancel">Cancel</button>
</form>`;

const outcome = ({ returnUrl }: CheckoutPage, heading: string): string =>
  `<p role="status">${escaped(heading)}</p>${
    returnUrl === null ||
    !/^[a-z][a-z0-9+.-]*:/i.test(returnUrl) ||
    /^(?:javascript|data|vbscript):/i.test(returnUrl)
      ? '<p>You can close this window.</p>'
      : `<a class="button main" href="${escaped(returnUrl)}" rel="noreferrer">Go on</a>`
  }`;
