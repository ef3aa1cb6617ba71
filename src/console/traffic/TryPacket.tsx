import { useMemo, useState, type JSX } from 'react'
import type { Names } from '../../vpc/traffic/explain.ts'
import { Badge } from '../ui/Badge.tsx'
import { Button } from '../ui/Button.tsx'
import { SelectField, TextField } from '../ui/Field.tsx'
import type { TrafficQuestion } from './compare-traffic.ts'
import styles from './TrafficChanges.module.css'
import type * as Engine from './try-packet.ts'
import type { PacketRefused, TypedPacket } from './try-packet.ts'

type TryPacketProps = {
  question: TrafficQuestion
  names: Names
  /** A packet is tried: who is in remote groups must be read now. */
  onTry: () => void
}
const EMPTY: TypedPacket = {
  direction: 'ingress',
  protocol: 'tcp',
  number: '',
  port: '22',
  type: '8',
  code: '0',
  remote: '',
}

/** What one packet meets now, after each step and after the plan, and the rule that decides. */
export function TryPacket({ question, names, onTry }: TryPacketProps): JSX.Element {
  const [typed, setTyped] = useState(EMPTY)
  const [tried, setTried] = useState<TypedPacket>()
  // To read thousands of rules takes long, and its code is large: not before a packet is tried.
  const [engine, setEngine] = useState<typeof Engine>()
  const [unloaded, setUnloaded] = useState(false)
  const found = useMemo(
    () => (tried && engine ? engine.tryPacket(question, tried) : undefined),
    [question, tried, engine],
  )
  const verdicts = found !== undefined && 'verdicts' in found ? found.verdicts : []
  const refused = found !== undefined && 'field' in found ? found : undefined
  const errorOf = (field: PacketRefused['field']) => (refused?.field === field ? refused.message : undefined)
  const field = (name: keyof TypedPacket) => ({
    value: typed[name],
    onChange: (event: { target: { value: string } }) => {
      setTyped({ ...typed, [name]: event.target.value })
      setTried(undefined)
    },
  })
  const { protocol } = typed
  return (
    <form
      className={styles.packet}
      aria-label="Try a packet"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        setTried(typed)
        setUnloaded(false)
        import('./try-packet.ts').then(setEngine, () => setUnloaded(true))
        onTry()
      }}
    >
      <h3>Try a packet</h3>
      <div className={styles.filters}>
        <SelectField label="Packet direction" {...field('direction')}>
          <option value="ingress">Ingress</option>
          <option value="egress">Egress</option>
        </SelectField>
        <SelectField label="Packet protocol" {...field('protocol')}>
          <option value="tcp">TCP</option>
          <option value="udp">UDP</option>
          <option value="icmp">ICMP</option>
          <option value="icmpv6">ICMPv6</option>
          <option value="number">By number</option>
        </SelectField>
        {protocol === 'number' && (
          <TextField
            label="Protocol number"
            inputMode="numeric"
            error={errorOf('protocol')}
            {...field('number')}
          />
        )}
        {hasPorts(typed) && (
          <TextField label="Port" inputMode="numeric" error={errorOf('port')} {...field('port')} />
        )}
        {hasTypes(typed) && (
          <>
            <TextField label="Type" inputMode="numeric" error={errorOf('type')} {...field('type')} />
            <TextField label="Code" inputMode="numeric" error={errorOf('code')} {...field('code')} />
          </>
        )}
        <TextField
          label="Remote address"
          placeholder="203.0.113.7"
          error={errorOf('remote')}
          {...field('remote')}
        />
        <Button type="submit">Try</Button>
      </div>
      <output aria-live="polite">
        {unloaded && 'This part could not be loaded. Try again.'}
        {engine && verdicts.length > 0 && (
          <ol className={styles.lines}>
            {verdicts.map((one, n) => (
              <li key={n}>
                {whenText(n, verdicts.length)}{' '}
                <Badge tone={engine.VERDICT_TONES[one.verdict]}>{one.verdict}</Badge>{' '}
                <span className={styles.note}>{engine.whyText(one, names)}</span>
              </li>
            ))}
          </ol>
        )}
      </output>
    </form>
  )
}

function hasPorts({ protocol, number }: TypedPacket): boolean {
  return (
    protocol === 'tcp' || protocol === 'udp' || (protocol === 'number' && /^0*(6|17)$/.test(number.trim()))
  )
}

function hasTypes({ protocol, number }: TypedPacket): boolean {
  return protocol.startsWith('icmp') || (protocol === 'number' && /^0*(1|58)$/.test(number.trim()))
}

function whenText(n: number, count: number): string {
  if (n === 0) return 'Now:'
  return n === count - 1 ? 'After the plan:' : `After step ${n}:`
}
