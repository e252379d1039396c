import type { Container, ServiceIdentifier } from 'inversify';

declare const provides: unique symbol;

/** A key of the container that remembers what it stands for: Inversify's symbols forget. */
export type Token<T> = symbol & { readonly [provides]: T };

export const token = <T>(name: string): Token<T> => Symbol(name) as Token<T>;

type Needs<A extends readonly unknown[]> = { readonly [K in keyof A]: Token<A[K]> };

/** Binds a singleton: the factory's arguments are inferred from the keys, so a wrong key does not compile. */
export function provide<T, const A extends readonly unknown[]>(
  container: Container,
  key: Token<T>,
  needs: Needs<A>,
  make: (...args: [...A]) => T,
): void {
  container
    .bind<T>(key as ServiceIdentifier<T>)
    .toResolvedValue(
      make as (...args: unknown[]) => T,
      needs as readonly ServiceIdentifier[] as ServiceIdentifier[],
    )
    .inSingletonScope();
}

/** Binds a value that exists already. */
export function provideValue<T>(container: Container, key: Token<T>, value: T): void {
  container.bind<T>(key as ServiceIdentifier<T>).toConstantValue(value);
}

export const resolve = <T>(container: Container, key: Token<T>): T =>
  container.get<T>(key as ServiceIdentifier<T>);
