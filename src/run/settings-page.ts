import { readVariables, VARIABLES } from '../proxy/config-variables.ts'
import { SECTIONS, SETTINGS } from '../proxy/settings.ts'

type Row = { name: string; otherwise: string; value: string; meaning: string }

/** Variables that the proxy does not read itself. */
const OTHERS: readonly Row[] = [
  {
    name: 'PORTSIDE_DATA_FOLDER',
    otherwise: '`.data`',
    value: 'a folder',
    meaning: 'Where `npm start` keeps what emulator and proxy have to keep. `npm run dev` has `.data/dev`.',
  },
  {
    name: 'PORTSIDE_EMULATOR_PORT',
    otherwise: '`8090`',
    value: 'a whole number from 0 to 65535, where 0 takes any free port',
    meaning: 'The port that the emulator listens on, when it is started without `--listen-port`.',
  },
  {
    name: 'EMULATOR_ACCESS_KEY',
    otherwise: 'made by `npm start`',
    value: 'an access key',
    meaning: 'What calls of the emulator must be signed with. Without it, it takes every call.',
  },
  {
    name: 'EMULATOR_SECRET_KEY',
    otherwise: 'made by `npm start`',
    value: 'a secret key',
    meaning: 'The secret of that access key.',
  },
  {
    name: 'EMULATOR_SECURITY_TOKEN',
    otherwise: 'none',
    value: 'a security token',
    meaning: 'The token that must come with that access key, as with a temporary one.',
  },
  {
    name: 'EMULATOR_AUTH_TOKEN',
    otherwise: 'none',
    value: 'a token of IAM',
    meaning: 'A token that the emulator takes in place of a signature.',
  },
]

/** docs/settings.md, from the variables as the proxy reads them. */
export function settingsPage(): string {
  const defaults: Readonly<Record<string, unknown>> = readVariables({})
  const rows = Object.entries(SETTINGS).map(([name, { section, meaning, otherwise = 'none' }]) => ({
    section,
    name,
    otherwise: defaults[name] === undefined ? otherwise : `\`${String(defaults[name])}\``,
    value: VARIABLES[name]!,
    meaning,
  }))
  return `${[
    HEAD,
    ...SECTIONS.map((title) =>
      part(
        title,
        rows.filter(({ section }) => section === title),
      ),
    ),
    part('npm start and the emulator', OTHERS),
  ].join('\n\n')}\n`
}

const HEAD = `# Settings

<!-- Written by \`npm run settings\` from src/proxy/config-variables.ts and src/proxy/settings.ts. -->

Portside is set by environment variables. The proxy checks them at start: a value that can't be used ends the start with one line that
says what to do. A variable that is empty counts as not set. [Operations](operations.md) says how to deploy with them.`

function part(title: string, rows: readonly Row[]): string {
  const lines = rows.map(
    ({ name, otherwise, value, meaning }) =>
      `| \`${name}\` | ${otherwise} | ${cell(value)} | ${cell(meaning)} |`,
  )
  return [
    `## ${title}`,
    '',
    '| variable | default | value | meaning |',
    '| --- | --- | --- | --- |',
    ...lines,
  ].join('\n')
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}
