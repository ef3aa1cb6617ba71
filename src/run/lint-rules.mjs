// Rules of our own for oxlint: comments and titles stay short, and imports go down.

import { dirname, relative, resolve, sep } from 'node:path'

const WIDTH = 100
const TITLE = 80
/** Rows of tables, which can't be broken. */
const TABLE_ROW = /^\s*\*? *\|/
/** Instructions to tools, which must stay on one line, and addresses. */
const UNBROKEN = /^\s*(?:oxlint|eslint|oxfmt|@ts|@vitest|#)|https?:\/\/\S{60,}/

/** Comments are at most 100 columns wide, counted from the beginning of their lines. */
const commentWidth = {
  meta: { type: 'layout', fixable: 'code', schema: [] },
  create(context) {
    const source = context.sourceCode
    return {
      Program() {
        for (const comment of source.getAllComments()) {
          const { start, end } = comment.loc
          const lines = source.lines.slice(start.line - 1, end.line)
          // The line of a comment beside code counts up to the end of the comment.
          lines[lines.length - 1] = lines[lines.length - 1].slice(0, end.column)
          if (
            lines.every((line) => line.length <= WIDTH || TABLE_ROW.test(line)) ||
            UNBROKEN.test(comment.value)
          )
            continue
          const alone = source.lines[start.line - 1].slice(0, start.column).trim() === ''
          context.report({
            loc: comment.loc,
            message: `A comment is at most ${WIDTH} columns wide.`,
            ...(alone && { fix: (fixer) => rewrapped(fixer, source, comment) }),
          })
        }
      },
    }
  },
}

/** The comment with its lines filled anew: paragraphs, tags, list items and tables stay apart. */
function rewrapped(fixer, source, comment) {
  const indent = ' '.repeat(comment.loc.start.column)
  if (comment.type === 'Line') {
    // Comments on successive lines are one text.
    const all = source.getAllComments()
    const isNext = (one, before) =>
      one?.type === 'Line' &&
      one.loc.start.line === before.loc.start.line + 1 &&
      one.loc.start.column === before.loc.start.column &&
      !UNBROKEN.test(one.value)
    const group = [comment]
    for (let at = all.indexOf(comment); isNext(all[at + 1], all[at]); at++) group.push(all[at + 1])
    const text = filled(
      group.map(({ value }) => value.trim()),
      WIDTH - indent.length - 3,
    )
    const range = [comment.range[0], group.at(-1).range[1]]
    return fixer.replaceTextRange(range, text.map((line) => `// ${line}`).join(`\n${indent}`))
  }
  const isDoc = comment.value.startsWith('*')
  const own = comment.value.replace(/^\*/, '').split('\n')
  const text = filled(
    own.map((line) => line.replace(/^\s*\*? ?/, '').trimEnd()),
    WIDTH - indent.length - 3,
  )
  while (text[0] === '') text.shift()
  while (text.at(-1) === '') text.pop()
  const made = [isDoc ? '/**' : '/*', ...text.map((line) => ` * ${line}`.trimEnd()), ' */']
  return fixer.replaceTextRange(comment.range, made.join(`\n${indent}`))
}

function filled(lines, width) {
  const made = []
  for (const line of lines) {
    const last = made.at(-1)
    const begins = /^\s*(?:[-*] |\d+\. |@\w|\||$)/.test(line)
    if (last === undefined || last.text === '' || begins || last.text.startsWith('|'))
      made.push({ text: line, indent: hanging(line) })
    else last.text += ` ${line.trim()}`
  }
  return made.flatMap(({ text, indent }) => (text.startsWith('|') ? [text] : broken(text, width, indent)))
}

/** How far the later lines of a list item or tag are indented. */
const hanging = (line) => (/^\s*(?:- |\* |\d+\. |@)/.test(line) ? /^\s*/.exec(line)[0].length + 2 : 0)

function broken(text, width, indent) {
  const lines = []
  const lead = /^\s*/.exec(text)[0]
  let line = lead
  for (const word of text.trim().split(/ +/)) {
    if (line.trim() !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = ' '.repeat(indent)
    }
    line += line.trim() === '' ? word : ` ${word}`
  }
  return [...lines, line]
}

/** The title of a test is at most 80 characters long. */
const testTitle = {
  meta: { type: 'suggestion', schema: [] },
  create(context) {
    return {
      CallExpression({ callee, arguments: [title] }) {
        if (!title || !isTest(callee)) return
        const text =
          title.type === 'Literal' && typeof title.value === 'string'
            ? title.value
            : title.type === 'TemplateLiteral'
              ? title.quasis.map(({ value }) => value.cooked).join('…')
              : ''
        if (text.length > TITLE)
          context.report({
            node: title,
            message: `A test's title is at most ${TITLE} characters long; this one has ${text.length}.`,
          })
      },
    }
  },
}

/** True for `test`, `it`, `describe`, and for `test.skip`, `test.each(…)` and the like. */
function isTest(callee) {
  if (callee.type === 'Identifier') return /^(?:test|it|describe)$/.test(callee.name)
  if (callee.type === 'MemberExpression')
    return !/^(?:step|use|extend)$/.test(callee.property.name) && isTest(callee.object)
  if (callee.type === 'CallExpression' || callee.type === 'TaggedTemplateExpression')
    return isTest(callee.callee ?? callee.tag)
  return false
}

/**
 * Imports go down. An option names a folder and its floors, from the top to the bottom: each floor
 * is a list of rooms, which are folders or files of that folder. A file imports from its own room
 * and from the floors below it. `also` names further rooms that a room may use; `not` those below
 * it, or beside the folder (`../vpc`), that it may not. With `otherFilesAreGround`, files of the
 * folder that are on no floor may be used by all, and may themselves use the rooms. A folder on no
 * floor uses nothing of its neighbours, and none of them uses it. Unlike `no-restricted-imports`,
 * this finds `import()` and types too.
 */
const floors = {
  meta: { type: 'problem', schema: { type: 'array' } },
  create(context) {
    const file = context.filename
    const rules = context.options.map(({ folder, ...rule }) => {
      const root = resolve(context.cwd, folder)
      return { root, room: roomIn(root, file), ...rule }
    })
    const check = (source) => {
      if (source?.type !== 'Literal' || typeof source.value !== 'string' || !/^\.\.?\//.test(source.value))
        return
      const target = resolve(dirname(file), source.value)
      for (const { root, room, floors: rows, also = {}, not = {}, otherFilesAreGround } of rules) {
        const other = roomIn(root, target)
        if (room.startsWith('..') || other === room) continue
        const floorOf = (name) => rows.findIndex((row) => row.includes(name))
        const isGround = (name) => otherFilesAreGround && floorOf(name) === -1 && isFile(name)
        if (isGround(other) && (isGround(room) || floorOf(room) !== -1)) continue
        if (isGround(room) && floorOf(other) !== -1 && !isFile(other)) continue
        const isBelow = other.startsWith('..') || (floorOf(room) !== -1 && floorOf(other) > floorOf(room))
        if (not[room]?.includes(other) || !(isBelow || also[room]?.includes(other)))
          context.report({
            node: source,
            message: `'${room}' may not use '${other}': imports go to lower floors (CONTRIBUTING.md, Rooms).`,
          })
      }
    }
    return {
      ImportDeclaration: ({ source }) => check(source),
      ExportNamedDeclaration: ({ source }) => check(source),
      ExportAllDeclaration: ({ source }) => check(source),
      ImportExpression: ({ source }) => check(source),
      TSImportType: ({ source, argument }) => check(source ?? argument?.literal),
      'NewExpression[callee.name=URL]': ({ arguments: [source] }) => check(source),
    }
  },
}

/** True for the name of a file, false for that of a folder. */
function isFile(name) {
  return /\.\w+$/.test(name)
}

/** The first step of the path from a folder to a file; `../name` for one beside the folder. */
function roomIn(root, file) {
  const [first, second] = relative(root, file).split(sep)
  return first === '..' ? `../${second}` : first
}

export default {
  meta: { name: 'portside' },
  rules: { 'comment-width': commentWidth, 'test-title': testTitle, floors },
}
