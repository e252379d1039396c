import type { Container, ServiceIdentifier } from 'inversify';
import { provideValue, type Token } from './token.ts';

/** Binds other adapters in place of ours, before anything is made. */
export type Override = (container: Container) => Promise<void> | void;

/** Yours in place of ours: `instead(keys.MAILER, myMailer)`. What has another shape does not compile. */
export const instead =
  <T>(key: Token<T>, yours: NoInfer<T>): Override =>
  (container) => {
    container.unbind(key as ServiceIdentifier<T>);
    provideValue(container, key, yours);
  };
