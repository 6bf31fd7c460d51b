import type { BitPoint, ChoicePoint, Condition, LinePoint, NumberPoint, ProfileSpec } from '../sdk/model/profile.ts';

/** Generics skip excess-property checks, so a typo such as `scael` must be made an error by hand. */
type Shape<S> = S extends { from: 'line-in' | 'line-out' }
  ? LinePoint
  : S extends { as: 'bool' }
    ? BitPoint
    : S extends { as: 'choice' }
      ? ChoicePoint
      : NumberPoint;
type Closed<S, To> = { [K in Exclude<keyof S, keyof To>]: never };
type Names<T> = T extends object ? keyof T & string : never;

type Checked<P extends ProfileSpec> = Closed<P, ProfileSpec> & {
  points: { [K in keyof P['points']]: Closed<P['points'][K], Shape<P['points'][K]>> };
  conditions?: {
    [K in keyof P['conditions']]: Condition<Names<P['points']>, Names<P['settings']>> &
      Closed<P['conditions'][K], Condition>;
  };
};

/** Declares a profile: literal types are kept, a misspelt key or a condition on a point that is not there does not compile. */
export const defineProfile = <const P extends ProfileSpec>(profile: P & Checked<P>): P => profile;
