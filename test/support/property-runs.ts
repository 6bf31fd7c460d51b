/** How many seeds a property is tried with: more where machines have the time. fast-check prints the seed of a failure. */
export const propertyRuns = (local: number): { numRuns: number } => ({
  numRuns: process.env['CI'] ? 10 * local : local,
});
