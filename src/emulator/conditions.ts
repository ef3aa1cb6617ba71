import { CountedCalls, type Quota } from './counted-calls.ts'
import type { Overlay } from './overlays.ts'
import { regionOf, type Region, type RegionSetting } from './region.ts'

/** Under which conditions the emulator plays the platform, beside faults; all can be changed. */
export class Conditions {
  readonly #atStart: { region: RegionSetting; quota: Quota | null }
  readonly calls: CountedCalls
  region: Region
  overlays: readonly Overlay[] = []

  constructor(atStart: { region: RegionSetting; quota: Quota | null }) {
    this.#atStart = atStart
    this.region = regionOf(atStart.region)
    this.calls = new CountedCalls(atStart.quota)
  }

  /** Puts region and quota back to how the emulator was started, without overlays or counts. */
  reset(): void {
    this.region = regionOf(this.#atStart.region)
    this.overlays = []
    this.calls.setQuota(this.#atStart.quota)
    this.calls.clear()
  }
}
