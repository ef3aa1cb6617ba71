// `npm run reset`: empties the emulator, so that the next start has the practice estate as
// new.
import { rmSync } from 'node:fs'
import { root } from './installed.mjs'

const folder = `${process.env.PORTSIDE_DATA_FOLDER ?? `${root}.data`}/emulator`
rmSync(folder, { recursive: true, force: true })
console.log(`Emptied ${folder}. If Portside is running, stop it and start it again.`)
