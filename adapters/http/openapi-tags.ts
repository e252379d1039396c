import type { Json } from './openapi-schemas.ts';

/** What each group of routes is about, for whoever reads the document from the top. */
const DESCRIPTIONS: Readonly<Record<string, string>> = {
  Accounts: 'Register, log in, recover, and look after one’s own account and its sessions.',
  Activities: 'What was watched: the history and the shelves made of it.',
  Administration: 'What operators do with accounts, and the append-only log of it.',
  Catalogue: 'Titles and genres: browsing for everybody, managing for admins.',
  Coupons: 'Codes that take something off a price.',
  Entitlements: 'What an account may do at this moment, and why.',
  Media: 'Bytes: pictures, posters, trailers, and streams that a ticket opens.',
  Operations: 'Background work, what is owed to it, and the virtual clock.',
  Payments: 'Buying, and what was paid.',
  Plans: 'What is on sale. An edited plan leaves its subscribers the terms that they bought.',
  Player: 'Pages for people: what there is to watch, and a player that shows every refusal in words.',
  Playback: 'Streams: their seats, their heartbeats and their ends.',
  'Service keys': 'The keys of other back ends: what they may do, and until when.',
  'Simulated gateway': 'The page of the gateway that ships with the product, where a payer acts.',
  Subscriptions: 'The life of a subscription: starting, renewing, cancelling, and its history.',
  Webhooks: 'What providers tell, signed by them and taken in once.',
};

/** The tags of the routes in use, in the order of the routes. */
export const tagsOf = (routes: readonly { readonly tag: string }[]): Json[] =>
  [...new Set(routes.map(({ tag }) => tag))].map((name) => {
    const description = DESCRIPTIONS[name];
    return description === undefined ? { name } : { name, description };
  });
