import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import type { z } from 'zod';
import type { ServiceScope } from '../../src/identity/index.ts';
import type { AccountActor, Actor } from '../../src/kernel/actor.ts';
import type { Idempotency } from '../../src/kernel/once.ts';
import type { Faces } from './faces.ts';
import type { Protocol } from './protocol.ts';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/**
 * Who may call: anybody (a bearer token, when sent, must still be good), a signed-in account, an admin, a
 * service key or an admin, an account or a service key. What depends on the object is the use case's business.
 */
export type Access = 'public' | 'account' | 'admin' | 'service' | 'account-or-service';

/** Which limit a call counts against; `unlimited` is for media and probes. */
export type RateClass = 'api' | 'register' | 'login' | 'unlimited';

/** Objects that belong to somebody: the ownership tests need one of each kind, and of somebody else's. */
export type OwnedObject =
  'account-session' | 'invoice' | 'payment' | 'reservation' | 'stream' | 'title' | 'upload';

type ServiceActor = Extract<Actor, { kind: 'service' }>;
export interface ActorOf {
  readonly public: Actor;
  readonly account: AccountActor;
  readonly admin: AccountActor;
  readonly service: AccountActor | ServiceActor;
  readonly 'account-or-service': AccountActor | ServiceActor;
}

/** A raw body, for routes that take bytes instead of JSON. */
export interface Upload {
  readonly stream: Readable;
  readonly contentType: string;
  /** As declared by the caller; the stream is counted all the same. */
  readonly contentLength: number | null;
}

export interface RouteRequest<A extends Access, P, Q, B, S = undefined, H = unknown> {
  readonly actor: ActorOf[A];
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly upload: Upload | undefined;
  /** Present when the route is `idempotent` and the caller sent an Idempotency-Key. */
  readonly idempotency: Idempotency | undefined;
  /** The caller's address, for throttles and the list of sessions. */
  readonly address: string;
  readonly headers: IncomingMessage['headers'];
  /** Those of them that the route reads, validated. */
  readonly head: H;
  /** What the route's `authenticates` gave. */
  readonly signedIn: S;
}

/** What a log-in is made from: the validated body and where it came from. */
export type LogInRequest<B> = Pick<
  RouteRequest<'public', unknown, unknown, B>,
  'body' | 'address' | 'headers'
>;

export interface Response<R> {
  readonly body: R;
  /** When it is not the route's usual status. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A kept answer, given again: said with `Idempotency-Replayed: true`. */
  readonly replayed?: boolean;
}

export interface RouteSpec<
  A extends Access,
  P extends z.ZodType,
  Q extends z.ZodType,
  B extends z.ZodType,
  R extends z.ZodType,
  S = undefined,
  H extends z.ZodType = z.ZodType,
> {
  readonly method: Method;
  /** Below `/api/v1`, parameters in braces: `/videos/{id}`. */
  readonly path: `/${string}`;
  readonly tag: string;
  readonly summary: string;
  readonly access: A;
  /** What a service key must be allowed, where one may call. */
  readonly scope?: ServiceScope;
  readonly params?: P;
  readonly query?: Q;
  /** Headers that it reads, by their names in lower case. */
  readonly head?: H;
  /** A JSON body. */
  readonly body?: B;
  /** A raw body of at most so many bytes (checked by the use case as it streams), of these types. */
  readonly upload?: {
    readonly types: readonly string[];
    /** There may be none: then there is no upload to read. */
    readonly isOptional?: boolean;
  };
  /** A protocol on top of HTTP that the caller must speak. */
  readonly protocol?: Protocol;
  /** The usual status; the schema is absent with 204. */
  readonly reply: {
    readonly status: number;
    readonly schema?: R;
    /** The type of a document that is answered with instead of JSON: `schema` is then `Bytes`. */
    readonly document?: string;
    readonly otherStatuses?: readonly number[];
    /** Headers of its own, beside those that every answer has: by their names, what they say. */
    readonly headers?: Readonly<Record<string, string>>;
  };
  /** Codes that the use case may refuse with, beside those that every route shares. */
  readonly refuses: readonly string[];
  readonly rate?: RateClass;
  /** Takes an Idempotency-Key. */
  readonly idempotent?: boolean;
  /** Exists only where this provider, or one of these, was chosen. */
  readonly provider?: string | readonly string[];
  /** The kind of the object that `{id}` names, when it may belong to somebody else. */
  readonly object?: OwnedObject;
  /**
   * Makes it a log-in by `email` and `password` (fields of the body): the edge asks this through its
   * passport-local strategy, and hands the result to the handler as `signedIn`.
   */
  readonly authenticates?: (usher: Faces, request: LogInRequest<z.output<B>>) => Promise<S>;
  readonly handle: (
    usher: Faces,
    request: RouteRequest<A, z.output<P>, z.output<Q>, z.output<B>, S, z.output<H>>,
  ) => Promise<Response<z.input<R>>>;
}

/** A route as its readers see it: the router, the validator, OpenAPI, the inventory of the tests. */
export type Route = RouteSpec<Access, z.ZodType, z.ZodType, z.ZodType, z.ZodType, unknown, z.ZodType>;

/** A route for service keys names the scope that they need, and no other does. */
type Scoped<A extends Access> = A extends 'service' | 'account-or-service'
  ? { readonly scope: ServiceScope }
  : { readonly scope?: never };

/** Declares a route: one value from which everything about it is made. */
export const route = <
  A extends Access,
  P extends z.ZodType = z.ZodType<Readonly<Record<string, never>>>,
  Q extends z.ZodType = z.ZodType<Readonly<Record<string, never>>>,
  B extends z.ZodType = z.ZodType<undefined>,
  R extends z.ZodType = z.ZodType<undefined, undefined>,
  S = undefined,
  H extends z.ZodType = z.ZodType<Readonly<Record<string, never>>>,
>(
  spec: RouteSpec<A, P, Q, B, R, S, H> & Scoped<A>,
): Route => spec as unknown as Route;

/** A route that answers by itself (media, probes, documents): outside `/api/v1`, not JSON. */
export interface RawRoute {
  readonly method: 'get' | 'post';
  /** Absolute; a last segment `{path*}` takes the rest. */
  readonly path: `/${string}`;
  readonly tag: string;
  readonly summary: string;
  readonly refuses: readonly string[];
  readonly serve: (
    usher: Faces,
    request: IncomingMessage & {
      readonly params: Readonly<Record<string, string>>;
      /** What paths on this server begin with, for whoever tells one. */
      readonly base: string;
    },
    response: ServerResponse,
  ) => Promise<void>;
}
