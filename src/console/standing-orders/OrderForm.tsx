import type { JSX } from 'react'
import type { StandingOrder } from '../../vpc/standing-orders-api.ts'

type OrderFormProps = {
  project: string
  /** The one to change; undefined for a new one. */
  order: StandingOrder | undefined
  onClose: () => void
  onDone: (order: StandingOrder) => void
}

export function OrderForm(_: OrderFormProps): JSX.Element {
  return <></>
}
