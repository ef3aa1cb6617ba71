import { RuleBook } from '../../vpc/traffic/effective-rules.ts'
import { explainField, type FieldExplained } from '../../vpc/traffic/explain-field.ts'
import { PictureModel, type Picture } from '../../vpc/traffic/picture.ts'
import { addressesIn, rulesRead, type FieldQuestion, type PictureQuestion } from './compare-traffic.ts'

/** Who gets at what with the lists. */
export const pictureOf = (question: PictureQuestion): Picture => modelOf(question).picture()

/** Why a field of that is as it is. The same question gives the same rows and columns. */
export function fieldOf(question: FieldQuestion): FieldExplained {
  return explainField(modelOf(question), question.row, question.column)
}

function modelOf(question: PictureQuestion | FieldQuestion): PictureModel {
  const { lists, rules, members, flavor, direction } = question
  const of = addressesIn(members)
  const book = new RuleBook(rulesRead(rules), { membersOf: of, entriesOf: of, flavor })
  return new PictureModel(lists, book, direction)
}
