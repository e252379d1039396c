import type { Request, Response } from 'express';
import passportPackage from 'passport';
import { Strategy as JwtStrategy } from 'passport-jwt';
import { z } from 'zod';
import { SERVICE_KEY_PREFIX, type AliveServiceKey } from '../../src/identity/index.ts';
import type { Actor } from '../../src/kernel/actor.ts';
import { Remembered } from './remembered.ts';
import type { LiveServiceKeys } from './service-keys.ts';
import type { AccessClaims, LiveSession, LiveSessions } from './sessions.ts';

/** Who a request says it is from: an account, before anybody is asked whether that still holds, or a live key. */
export type Credential =
  | { readonly kind: 'none' }
  | { readonly kind: 'bad' }
  | { readonly kind: 'account'; readonly claims: AccessClaims }
  | { readonly kind: 'service'; readonly key: AliveServiceKey };

export interface Authentication {
  /** What the Authorization header proves. No waiting for what is remembered; of I/O, the look-up of a service key. */
  identify(request: Request, response: Response): Credential | Promise<Credential>;
  /** The actor, or undefined when the credential is bad or its session is over. At once when remembered. */
  actorOf(credential: Credential): Actor | undefined | Promise<Actor | undefined>;
}

export interface AccessTokenRules {
  readonly issuer: string;
  readonly audience: string;
  /** The public key (PEM) of a `kid`, old ones included while their tokens live. */
  publicKey(kid: string): string | undefined;
}

/** Tokens remembered at most: some 5 MB. */
const CAPACITY = 10_000;
/** Access tokens live for minutes; one that is not used again is not kept for longer than twice this. */
const KEPT_MS = 5 * 60_000;
/** Ours have some 400 characters. */
const MAX_TOKEN_LENGTH = 2_048;

const TokenHeader = z.object({ alg: z.literal('ES256'), typ: z.literal('at+jwt'), kid: z.string().max(200) });

const TokenPayload = z.object({
  sub: z.string(),
  sid: z.string(),
  tv: z.number().int(),
  exp: z.number(),
});
type TokenPayload = z.output<typeof TokenPayload>;

interface VerifiedToken {
  readonly credential: Credential;
  /** UTC milliseconds of the system's clock: tokens do not follow a virtual one. */
  readonly expiresAt: number;
}

const ANONYMOUS: Actor = { kind: 'anonymous' };
const NONE: Credential = { kind: 'none' };
const BAD: Credential = { kind: 'bad' };

/**
 * Bearer tokens. Passport's JWT strategy verifies each distinct token once (a signature costs ten times
 * what the rest of a request does); the result is remembered until it expires, by the header itself: a digest
 * of it for each request costs as much as everything else that is done here for a token that is known.
 * Whether the session still lives is asked of `sessions` each time. A service key is whatever `serviceKeys` knows
 * of it: it is no token, and Passport never sees it.
 */
export function bearerAuthentication(
  rules: AccessTokenRules,
  sessions: LiveSessions,
  serviceKeys: LiveServiceKeys,
): Authentication {
  const verify = tokenVerifier(rules);
  const known = new Remembered<VerifiedToken>(CAPACITY, KEPT_MS);

  const identifyAnew = async (header: string, request: Request, response: Response): Promise<Credential> => {
    const payload = await verify(request, response);
    if (!payload) return BAD;
    const verified = { credential: credentialOf(payload), expiresAt: payload.exp * 1_000 };
    known.set(header, verified);
    return verified.credential;
  };

  return {
    identify: (request, response) => {
      const header = request.headers.authorization;
      if (header === undefined) return NONE;
      const remembered = known.get(header);
      if (remembered) return Date.now() < remembered.expiresAt ? remembered.credential : BAD;
      const key = serviceKeyIn(header);
      if (key !== undefined) return identifiedBy(serviceKeys.alive(key));
      return tokenOf(header) === undefined ? BAD : identifyAnew(header, request, response);
    },

    actorOf: (credential) => {
      if (credential.kind === 'none') return ANONYMOUS;
      if (credential.kind === 'bad') return undefined;
      if (credential.kind === 'service')
        return { kind: 'service', keyId: credential.key.id, scopes: credential.key.scopes };
      const session = sessions.alive(credential.claims);
      return session instanceof Promise
        ? session.then((found) => actorIn(found, credential.claims))
        : actorIn(session, credential.claims);
    },
  };
}

const actorIn = (
  session: LiveSession | undefined,
  { accountId, sessionId }: AccessClaims,
): Actor | undefined => session && { kind: 'account', accountId, sessionId, isAdmin: session.isAdmin };

const credentialOf = ({ sub, sid, tv }: TokenPayload): Credential => ({
  kind: 'account',
  claims: { accountId: sub, sessionId: sid, tokenVersion: tv },
});

const serviceCredential = (key: AliveServiceKey | undefined): Credential =>
  key ? { kind: 'service', key } : BAD;

const identifiedBy = (found: ReturnType<LiveServiceKeys['alive']>): Credential | Promise<Credential> =>
  found instanceof Promise ? found.then(serviceCredential) : serviceCredential(found);

/** What says that it is a service key; whether it is one is for others to judge. */
function serviceKeyIn(header: string): string | undefined {
  const text = /^bearer +(\w+)$/i.exec(header)?.[1];
  return text?.startsWith(SERVICE_KEY_PREFIX) ? text : undefined;
}

function tokenOf(header: string): string | undefined {
  const token = /^bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(header)?.[1];
  return token !== undefined && token.length <= MAX_TOKEN_LENGTH ? token : undefined;
}

/** Passport with its JWT strategy: ES256 alone, by `kid`, with issuer, audience, expiry and type checked. */
function tokenVerifier(rules: AccessTokenRules) {
  const passport = new passportPackage.Passport();
  passport.use(
    new JwtStrategy(
      {
        jwtFromRequest: (request) => tokenOf(request.headers.authorization ?? '') ?? null,
        secretOrKeyProvider: (_request, token: string, done) => {
          const key = publicKeyOf(token, rules);
          done(key === undefined ? new Error('no key of ours') : null, key);
        },
        algorithms: ['ES256'],
        issuer: rules.issuer,
        audience: rules.audience,
      },
      (payload: unknown, done: (error: null, user: TokenPayload | false) => void) => {
        const result = TokenPayload.safeParse(payload);
        done(null, result.success ? result.data : false);
      },
    ),
  );
  return (request: Request, response: Response): Promise<TokenPayload | undefined> =>
    new Promise((resolve, reject) => {
      const decided = (error: unknown, user: TokenPayload | false | null | undefined): void =>
        error ? reject(error) : resolve(user || undefined);
      passport.authenticate('jwt', { session: false }, decided)(request, response, reject);
    });
}

function publicKeyOf(token: string, rules: AccessTokenRules): string | undefined {
  const header = TokenHeader.safeParse(jsonOf(token.slice(0, token.indexOf('.'))));
  return header.success ? rules.publicKey(header.data.kid) : undefined;
}

function jsonOf(segment: string): unknown {
  try {
    return JSON.parse(Buffer.from(segment, 'base64url').toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
