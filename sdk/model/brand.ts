declare const brand: unique symbol;

/** A `Base` that was checked once and cannot be confused with another. Costs nothing at run time. */
export type Brand<Base, Name extends string> = Base & { readonly [brand]: Name };
