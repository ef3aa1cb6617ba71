import {
  effectiveRules,
  PacketUnreadable,
  verdict,
  type Direction,
  type Packet,
  type PacketVerdict,
} from '../../vpc/traffic/index.ts'
import { ruleBookOf, type TrafficQuestion } from './compare-traffic.ts'

export { VERDICT_TONES, whyText } from './why-text.ts'

/** A packet as it is typed. */
export type TypedPacket = Record<'protocol' | 'number' | 'port' | 'type' | 'code' | 'remote', string> & {
  direction: Direction
}

/** Why a packet can't be tried, and the field that it concerns. */
export type PacketRefused = Pick<PacketUnreadable, 'field' | 'message'>

/** The verdict on a packet by each list of the question. */
export function tryPacket(
  question: TrafficQuestion,
  typed: TypedPacket,
): { verdicts: PacketVerdict[] } | PacketRefused {
  const rules = Object.entries(question.rules).flatMap(([id, read]) => (read ? [[id, read] as const] : []))
  const book = ruleBookOf(new Map(rules), question.members, question.flavor)
  try {
    const packet: Packet = packetOf(typed)
    return { verdicts: question.lists.map((list) => verdict(packet, effectiveRules(list, book))) }
  } catch (error) {
    if (!(error instanceof PacketUnreadable)) throw error
    return { field: error.field, message: error.message }
  }
}

function packetOf(typed: TypedPacket) {
  const { direction, protocol, number, port, type, code, remote } = typed
  if (protocol === 'number' && !/^\d{1,3}$/.test(number.trim()))
    throw new PacketUnreadable('protocol', 'Enter a protocol number in 0..255.')
  return {
    direction,
    remote,
    protocol: protocol === 'number' ? number.trim() : protocol,
    port: wholeNumber(port),
    type: wholeNumber(type),
    code: wholeNumber(code),
  }
}

/** NaN for anything else, which `verdict` refuses with the field's name. */
function wholeNumber(text: string): number {
  return /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN
}
