/** Texts that are easily spoiled on their way through encodings. */
export const AWKWARD = [
  'a b',
  'a+b',
  'a%20b',
  '100%',
  '/?&=#;:@,$',
  "!'()*",
  '~-._',
  '"<>\\^`{|}',
  'äöü',
  '端口',
  '😀',
  'Z',
  'a',
  '',
  '\t',
]
