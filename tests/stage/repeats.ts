/**
 * How often a test repeats what it makes at random, or watches memory over: `often` in
 * `npm run test:long`, else `seldom`, so that `npm test` takes minutes.
 */
export function repeats(seldom: number, often: number): number {
  return process.env.PORTSIDE_TEST_LONG ? often : seldom
}
