import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vite'

/** A package that Portside ships or runs with, and its licence. */
export type ProductionPackage = { name: string; version: string; licence: string; text: string }

const root = fileURLToPath(new URL('../..', import.meta.url))

type Lock = { packages: Record<string, { version?: string; license?: string; dev?: boolean }> }

/**
 * Every package of package-lock.json that production needs, at its locked version: those whose code
 * is in the console, and those that the proxy loads. Sorted by name.
 */
export function productionPackages(): ProductionPackage[] {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock
  return Object.entries(packages)
    .filter(([path, { dev }]) => path !== '' && !dev)
    .map(([path, { version = '', license = 'none named' }]) => ({
      name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
      version,
      licence: license,
      text: licenceText(join(root, path)),
    }))
    .toSorted((a, b) => a.name.localeCompare(b.name) || a.version.localeCompare(b.version))
}

/**
 * What a package says in its licence files, else in the section of its README; empty when it says
 * nothing.
 */
function licenceText(folder: string): string {
  const names = readdirSync(folder).toSorted()
  const texts = names.filter((name) => /licen[cs]e|^copying|^notice/i.test(name) && !/\.[jt]s$/.test(name))
  if (texts.length > 0)
    return texts.map((name) => readFileSync(join(folder, name), 'utf8').trim()).join('\n\n')
  const readme = names.find((name) => /^readme/i.test(name))
  if (!readme) return ''
  const [, section = ''] =
    /^(?:#+ *licen[cs]e|licen[cs]e\n-+)\s*\n(.*)/ims.exec(readFileSync(join(folder, readme), 'utf8')) ?? []
  return section.trim()
}

/**
 * The list as a text: each package with its licence, and each text once, under all packages that
 * have it.
 */
function licencesText(packages: readonly ProductionPackage[]): string {
  const byText = new Map<string, string[]>()
  for (const { name, version, licence, text } of packages) {
    const key = `${licence}\n\n${text || NO_TEXT}`
    byText.set(key, [...(byText.get(key) ?? []), `${name} ${version}`])
  }
  const sections = [...byText].map(([text, names]) => `${names.join('\n')}\n\n${text}`)
  return [INTRODUCTION, ...sections].join(`\n\n${'-'.repeat(80)}\n\n`) + '\n'
}

const INTRODUCTION = 'Portside is made with these packages, each under its own licence.'
const NO_TEXT =
  'The package has no text of its own; it is under the licence of this name at https://spdx.org/licenses/.'

/** Writes the list beside the console, as /licences.txt. */
export function listLicences(): Plugin {
  return {
    name: 'portside:list-licences',
    apply: 'build',
    applyToEnvironment: (environment) => environment.name === 'client',
    generateBundle() {
      this.emitFile({
        type: 'asset',
        fileName: 'licences.txt',
        source: licencesText(productionPackages()),
      })
    },
  }
}
