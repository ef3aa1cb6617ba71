import { expect, it } from 'vitest'
import { pictureOf } from '../traffic/picture-of.ts'
import { columnWords, PictureWords } from './picture-words.ts'

const rule = (id: string, multiport: string) => ({
  id,
  security_group_id: 'web',
  direction: 'ingress',
  ethertype: 'IPv4',
  protocol: 'tcp',
  multiport,
  remote_ip_prefix: `10.0.${id}.0/24`,
})

it('folded columns say the most important of them, by service', () => {
  const lists = [['web']]
  const rules = { web: [rule('1', '22'), rule('2', '3306'), rule('1', '443')] }
  const picture = pictureOf({ kind: 'picture', direction: 'ingress', lists, rules })
  const words = new PictureWords(picture, lists, {})
  const all = picture.columns.map((_, at) => at)
  const titles = all.map((at) => columnWords(picture.columns[at]!).title)
  const row = picture.rows.findIndex(({ sources }) =>
    sources.some((one) => one.kind === 'network' && one.cidr === '10.0.1.0/24'),
  )
  const open = titles.find((title) => title.includes('SSH'))
  expect(words.folded(row, all, 'after')).toMatchObject({
    text: 'allowed',
    by: open,
    rest: 'the rest denied',
  })
  const others = all.filter((at) => titles[at] !== open)
  expect(words.folded(row, others, 'after')).toMatchObject({ text: 'denied', by: '', rest: '' })
})
