declare module 'fs-native-extensions' {
  /** Locks a range of an open file against every other opening of it; false when another has it. */
  export function tryLock(fd: number, offset: number, length: number): boolean
}
