import { type Names, decisionText, ruleText, setText } from '../../vpc/traffic/explain.ts'
import type { PacketVerdict } from '../../vpc/traffic/verdict.ts'
import { capitalized } from '../facts/capitalized.ts'

/** How each verdict looks. */
export const VERDICT_TONES = { allowed: 'ok', denied: 'danger', unknown: 'warn' } as const

/** Why traffic has its verdict: the rule that decides, or what it depends on. */
export function whyText(one: PacketVerdict, names: Names): string {
  const { askedSets, unreadable, alike } = one
  const sets = askedSets.map((set) => setText(set, names)).join(' or ')
  const depends = `It depends on whether the address is in ${sets}, which Portside doesn’t know.`
  if (askedSets.length > 0 && unreadable.length === 0) return depends
  const text = decisionText(one, '', names)
  const first = alike.map((rule) => ruleText(rule, names)).join(' or ')
  const unless = first === '' ? '' : `, unless ${first} matches first, with the same verdict`
  const said = `${capitalized(text)}${unless}.`
  return askedSets.length > 0 ? `${said} ${depends}` : said
}
