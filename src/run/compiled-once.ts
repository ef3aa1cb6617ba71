/**
 * For Node in tests: PGlite is compiled once, simply. Compiling it for speed takes a second of each
 * start, and tests ask it for little.
 */
export const COMPILED_ONCE = ['--no-wasm-tier-up', '--no-wasm-dynamic-tiering']
