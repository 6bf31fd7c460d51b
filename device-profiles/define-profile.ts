import type {
  BitPoint,
  ChoicePoint,
  CommandSpec,
  Condition,
  FlagPoint,
  LinePoint,
  NumberPoint,
  ProfileSpec,
  TextPoint,
} from '../sdk/model/profile.ts';

/** Generics skip excess-property checks, so a typo such as `scael` must be made an error by hand. */
type Shape<S> = S extends { from: 'line-in' | 'line-out' }
  ? LinePoint
  : S extends { as: 'bool'; from: 'coil' | 'discrete' }
    ? BitPoint
    : S extends { as: 'bool' }
      ? FlagPoint
      : S extends { as: 'choice' }
        ? ChoicePoint
        : S extends { as: 'text' }
          ? TextPoint
          : NumberPoint;
type Closed<S, To> = { [K in Exclude<keyof S, keyof To>]: never };
type Names<T> = T extends object ? keyof T & string : never;

type ArgNames<C> = C extends { args: infer A } ? Names<A> : never;

type Checked<P extends ProfileSpec> = Closed<P, ProfileSpec> & {
  points: { [K in keyof P['points']]: Closed<P['points'][K], Shape<P['points'][K]>> };
  conditions?: {
    [K in keyof P['conditions']]: Condition<Names<P['points']>, Names<P['settings']>> &
      Closed<P['conditions'][K], Condition>;
  };
  commands?: {
    [K in keyof P['commands']]: CommandSpec<Names<P['points']>, ArgNames<P['commands'][K]>> &
      Closed<P['commands'][K], CommandSpec>;
  };
};

/**
 * Declares a profile: literal types are kept, a misspelt key or a condition on a point that is not there does not
 * compile. What types cannot see, `checkProfile` tells.
 */
export const defineProfile = <const P extends ProfileSpec>(profile: P & Checked<P>): P => profile;
