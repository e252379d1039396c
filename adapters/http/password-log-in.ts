import type { Request, Response } from 'express';
import passportPackage from 'passport';
import { Strategy as LocalStrategy } from 'passport-local';
import type { Faces } from './faces.ts';
import type { LogInRequest, Route } from './route.ts';
import { unauthenticated } from './edge-refusals.ts';

export interface PasswordAttempt extends LogInRequest<unknown> {
  readonly request: Request;
  readonly response: Response;
}

/** Signs in through Passport's local strategy; a refusal of the route's `authenticates` is thrown as it is. */
export type PasswordLogIn = (usher: Faces, attempt: PasswordAttempt) => Promise<unknown>;

/**
 * The passport-local strategy of a log-in route: `email` and `password` come from the validated body, and
 * whether they are right is what the route's `authenticates` says.
 */
export function passwordLogIn(authenticates: NonNullable<Route['authenticates']>): PasswordLogIn {
  const attempts = new WeakMap<object, { readonly usher: Faces; readonly attempt: PasswordAttempt }>();
  const passport = new passportPackage.Passport();
  passport.use(
    new LocalStrategy(
      { usernameField: 'email', passwordField: 'password', session: false, passReqToCallback: true },
      (request, _email, _password, done) => {
        const asked = attempts.get(request);
        if (!asked) return done(new Error('a log-in that nobody began'));
        const { body, address, headers } = asked.attempt;
        authenticates(asked.usher, { body, address, headers }).then(
          (signedIn) => done(null, { signedIn }),
          (error: unknown) => done(error),
        );
        return undefined;
      },
    ),
  );
  return (usher, attempt) =>
    new Promise((resolve, reject) => {
      const { request, response } = attempt;
      attempts.set(request, { usher, attempt });
      // Where the strategy looks for the credentials.
      request.body = attempt.body;
      const decided = (error: unknown, user: { signedIn: unknown } | false | null | undefined): void => {
        if (error) reject(error);
        else if (user) resolve(user.signedIn);
        else reject(unauthenticated(false));
      };
      passport.authenticate('local', { session: false }, decided)(request, response, reject);
    });
}
