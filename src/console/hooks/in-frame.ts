/** Calls `act` at the beginning of the nth frame from now. */
export function inFrame(n: number, act: () => void): void {
  requestAnimationFrame(() => (n > 1 ? inFrame(n - 1, act) : act()))
}
