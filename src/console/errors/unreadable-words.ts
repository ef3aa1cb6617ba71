/** `1 port can’t be read`, `1,200 ports can’t be read`. */
export function unreadableWords(count: number, what = ''): string {
  const noun = what === '' ? '' : ` ${what}${count === 1 ? '' : 's'}`
  return `${count.toLocaleString('en')}${noun} can’t be read`
}
