import {
  closeSync,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { tryLock } from 'fs-native-extensions'
import type { UpdatePortRequest } from '../vpc/requests.ts'
import type { Estate, EstatePlan, ProjectEstate } from './estate.ts'
import { makeEstate } from './seed/estate.ts'

/** What of a port can be changed. */
export type PortAttributes = UpdatePortRequest['port']

/**
 * A port's new list of groups, and what else was changed with it. Of several changes to one port,
 * the last one holds for each attribute.
 */
type PortChange = PortAttributes & {
  project_id: string
  port_id: string
  security_groups: string[]
  updated_at: string
}

/** Where the emulated platform keeps its state. */
export type Storage = {
  /** The state as it was found: the estate with every change that was kept. */
  readonly estate: Estate
  /** Keeps a change; returns only when it is safe on disk. */
  keep(change: PortChange): void
  /**
   * Tidies what an earlier run left. Only once the emulator runs: a start that fails changes
   * nothing.
   */
  tidy(): void
  /** Forgets every change; returns the estate as it was made. */
  reset(): Estate
  close(): void
}

/** A data folder that cannot be used as it is; the message says what to do. */
export class StorageRefused extends Error {
  override name = 'StorageRefused'
}

/** State in memory only. */
export function openMemory(plan: EstatePlan): Storage {
  return {
    estate: makeEstate(plan),
    keep: () => {},
    tidy: () => {},
    reset: () => makeEstate(plan),
    close: () => {},
  }
}

/**
 * Behind every change: the byte of the journal that is locked, for as long as the emulator lives.
 */
const LOCKED_BYTE = 2 ** 40

/** A journal longer than this is folded into the estate file at the next start, in bytes. */
const FOLD_ABOVE = 4 * 1024 * 1024

/** Loaded only for a folder: it doesn't exist for every system that Node runs on. */
function lockPackage(): { tryLock: typeof tryLock } {
  try {
    return createRequire(import.meta.url)('fs-native-extensions')
  } catch {
    throw new StorageRefused(
      "--data can't be locked: this system can't run the package fs-native-extensions, which has no build for Alpine and other Linux with musl. Run Portside on Linux with glibc (such as Debian), macOS or Windows.",
    )
  }
}

/**
 * State in a folder: `estate.json`, written whole when the estate is made, and `changes.jsonl`, to
 * which each change is appended and synced. A change in a large estate so costs one line. Written
 * together they are safe against a crash at any point: a line counts once its newline is on disk,
 * and lines replayed onto an estate file that has them already change nothing.
 * @param plan what to make when the folder is empty; what it was made from must agree with what the
 *   plan names.
 * @throws StorageRefused when the folder holds another estate, is another emulator's, is full, or a
 *   file cannot be read.
 */
export function openFolder(folder: string, plan: Partial<EstatePlan>): Storage {
  mkdirSync(folder, { recursive: true })
  const estateFile = join(folder, 'estate.json')
  const journalFile = join(folder, 'changes.jsonl')

  const journal = openSync(journalFile, 'a+')
  const { estate, size: found } = readAlone(journal)
  let size = found
  const { made_from } = estate
  let tidied = false
  const tidy = () => {
    if (tidied) return
    tidied = true
    // What follows the last newline had no response: the crash came in between.
    ftruncateSync(journal, size)
    if (size <= FOLD_ABOVE) return
    writeWhole(folder, estateFile, estate)
    ftruncateSync(journal, (size = 0))
  }

  /** The state, once nobody else writes to the folder. */
  function readAlone(file: number) {
    try {
      if (!lockPackage().tryLock(file, LOCKED_BYTE, 1))
        throw new StorageRefused(
          `${folder} is in use by another emulator: stop that one, or name another --data folder`,
        )
      const kept = readEstate(estateFile)
      if (kept) checkEstate(kept.made_from, plan, folder)
      const whole = kept ? withAddressGroups(kept) : makeEstate({ ...plan, seed: plan.seed ?? 1 })
      if (!kept) writeWhole(folder, estateFile, whole)
      return { estate: whole, size: replay(whole, readFileSync(journalFile), journalFile) }
    } catch (error) {
      closeSync(file)
      throw error
    }
  }

  return {
    estate,
    tidy,
    keep(change) {
      tidy()
      const line = Buffer.from(`${JSON.stringify(change)}\n`)
      try {
        for (let written = 0; written < line.length;) written += writeSync(journal, line, written)
        fdatasyncSync(journal)
      } catch (error) {
        // A full disk may have taken half a line; the next one must not follow it.
        ftruncateSync(journal, size)
        throw error
      }
      size += line.length
    },
    reset() {
      tidy()
      const fresh = makeEstate(made_from)
      writeWhole(folder, estateFile, fresh)
      ftruncateSync(journal, (size = 0))
      fsyncSync(journal)
      return fresh
    },
    close: () => closeSync(journal),
  }
}

function readEstate(file: string): Estate | undefined {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  const estate = parsed(text) as Partial<Estate> | undefined
  if (!estate?.made_from || !Array.isArray(estate.projects))
    throw new StorageRefused(
      `${file} holds no emulator data: restore it, or empty the folder to start afresh`,
    )
  return estate as Estate
}

/** An estate of a version that knew no address groups has its rules, which name them. */
function withAddressGroups(estate: Estate): Estate {
  const kept = estate.projects as (Omit<ProjectEstate, 'address_groups'> & Partial<ProjectEstate>)[]
  if (kept.every(({ address_groups }) => address_groups !== undefined)) return estate
  const made = new Map(makeEstate(estate.made_from).projects.map((project) => [project.id, project]))
  return {
    ...estate,
    projects: kept.map((project) => ({
      ...project,
      address_groups: project.address_groups ?? made.get(project.id)?.address_groups ?? [],
    })),
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function checkEstate(made: EstatePlan, plan: Partial<EstatePlan>, folder: string): void {
  for (const name of ['ports', 'groups', 'seed'] as const)
    if (plan[name] !== undefined && plan[name] !== made[name])
      throw new StorageRefused(
        `${folder} holds emulator data made with --${name} ${made[name] ?? '(none)'}, not ${plan[name]}: ` +
          `leave --${name} out, or name another --data folder, or empty this one`,
      )
}

/** Applies the journal's whole lines to the estate; returns their length in bytes. */
function replay(estate: Estate, journal: Buffer, file: string): number {
  const size = journal.lastIndexOf('\n') + 1
  const last = new Map<string, PortChange>()
  const lines = journal.subarray(0, size).toString('utf8').split('\n').slice(0, -1)
  lines.forEach((line, position) => {
    const change = parsed(line) as PortChange | undefined
    if (!change?.port_id || !Array.isArray(change.security_groups))
      throw new StorageRefused(
        `${file} line ${position + 1} is not a change: restore it, or empty the folder to start afresh`,
      )
    last.set(change.port_id, { ...last.get(change.port_id), ...change })
  })
  if (last.size > 0)
    for (const project of estate.projects)
      for (const port of project.ports) {
        const change = last.get(port.id)
        if (change?.project_id !== project.id) continue
        const { project_id: _project, port_id: _port, ...attributes } = change
        Object.assign(port, attributes)
      }
  return size
}

/** Replaces a file by one with the new content, on disk before the name points at it. */
function writeWhole(folder: string, file: string, content: unknown): void {
  const temporary = `${file}.new`
  const handle = openSync(temporary, 'w')
  try {
    const bytes = Buffer.from(JSON.stringify(content))
    for (let written = 0; written < bytes.length;) written += writeSync(handle, bytes, written)
    fsyncSync(handle)
  } catch (error) {
    rmSync(temporary, { force: true })
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOSPC' && code !== 'EDQUOT') throw error
    throw new StorageRefused(`${folder} has no space left (${code}): free space there, then start again`)
  } finally {
    closeSync(handle)
  }
  renameSync(temporary, file)
  const parent = openSync(folder, 'r')
  try {
    fsyncSync(parent)
  } finally {
    closeSync(parent)
  }
}
