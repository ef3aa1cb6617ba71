/**
 * Which of many numbers are at most another, as bits: 32 of them are asked at once. They are in
 * bins, and a whole bin is named where some of it is: what is named has to be looked at, what is
 * not named is certainly larger.
 */
export class KeysAtMost {
  /** Rows of `words` words; bit n of a row is the nth key. */
  readonly bits: Int32Array
  readonly words: number
  /** The least key that each bin may have, in order. */
  readonly #bounds: Int32Array

  constructor(keys: Int32Array) {
    const sorted = keys.toSorted()
    const bins = Math.min(MOST_BINS, Math.ceil(keys.length / 32))
    this.#bounds = Int32Array.from(
      { length: bins },
      (_, bin) => sorted[Math.floor((bin * keys.length) / bins)]!,
    )
    this.words = (keys.length + 31) >> 5
    // The first row is for what is less than all.
    this.bits = new Int32Array((bins + 1) * this.words)
    for (let n = 0; n < keys.length; n++) this.bits[this.row(keys[n]!) + (n >> 5)]! |= 1 << (n & 31)
    for (let at = this.words; at < this.bits.length; at++) this.bits[at]! |= this.bits[at - this.words]!
  }

  /** Where the row begins in `bits` that names all keys that are at most `value`. */
  row(value: number): number {
    let low = 0
    let high = this.#bounds.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#bounds[middle]! <= value) low = middle + 1
      else high = middle
    }
    return low * this.words
  }
}

/** More bins name fewer keys in vain, and take more memory: 128 of 5,000 keys take 80 kB. */
const MOST_BINS = 128
