import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { readConfig } from '../../src/proxy/config.ts'
import { BUILT_EMPTY_JOURNAL } from '../stage/proxy.ts'
import { VARIABLES } from '../../src/proxy/config-variables.ts'

const file = (path: string) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8')

/** Variables of other programs in the files for deploying. */
const OTHERS =
  /^(POSTGRES_(USER|PASSWORD|DB)|PORTSIDE_(OWNER|ROLE)_PASSWORD|NODE_(ENV|VERSION)|ON_ERROR_STOP)$/

const FILES = [
  'deploy/Dockerfile',
  'deploy/compose.yaml',
  'deploy/portside.env.example',
  'deploy/postgres.env.example',
  'deploy/kubernetes.yaml',
  'deploy/create-roles.sh',
]

test.each(FILES)('%s names only variables that there are', (path) => {
  const named = file(path).match(/\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b/g) ?? []
  const unknown = named.filter((name) => !Object.hasOwn(VARIABLES, name) && !OTHERS.test(name))
  expect(unknown).toEqual([])
})

test('the image has every file that its build begins with', () => {
  const shipped = file('.dockerignore').split('\n')
  const imported = [...file('vite.config.ts').matchAll(/from '\.\/([^/']+)/g)].map(([, place]) => place!)
  expect(imported).not.toEqual([])
  for (const place of ['vite.config.ts', 'package.json', ...imported]) expect(shipped).toContain(`!${place}`)
})

test('the empty journal can be read by the image’s user, who did not build it', () => {
  const places = readdirSync(BUILT_EMPTY_JOURNAL, { recursive: true, encoding: 'utf8' })
  const closed = ['', ...places].filter((place) => {
    const { mode } = statSync(join(BUILT_EMPTY_JOURNAL, place))
    return (mode & 0o004) === 0 || (mode & 0o022) !== 0
  })
  expect(closed).toEqual([])
})

describe('what Kubernetes starts', () => {
  // Untyped: Kubernetes' objects have no schema here.
  // oxlint-disable-next-line typescript/no-explicit-any
  const objects: any[] = parseAllDocuments(file('deploy/kubernetes.yaml')).map((document) => {
    expect(document.errors).toEqual([])
    return document.toJS()
  })
  const [config, deployment, budget] = objects
  const pod = deployment.spec.template.spec
  const [container] = pod.containers

  test('has settings that the proxy takes', () => {
    const secret = {
      DATABASE_URL: 'postgresql://portside:secret@postgres.example.com:5432/portside',
      DATABASE_OWNER_URL: 'postgresql://portside_owner:secret@postgres.example.com:5432/portside',
      PORTSIDE_SESSION_SECRET: 'x'.repeat(64),
      PORTSIDE_OIDC_CLIENT_SECRET: 'x',
    }
    // These paths are in the image, and the credentials file is not on this machine.
    const image = { PORTSIDE_LISTEN_HOST: '0.0.0.0' }
    const { PORTSIDE_CREDENTIALS_FILE: _, ...data } = config.data
    expect(readConfig({ ...image, ...data, ...secret })).toMatchObject({
      publicOrigin: 'https://portside.example.com',
      metricsListen: { port: 9464 },
      emulator: false,
    })
  })

  test('has time to finish the step under way before it is killed', () => {
    const [, before] = container.lifecycle.preStop.exec.command
    const { stopTimeoutMs } = readConfig({})
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(Number(before) + stopTimeoutMs / 1000)
  })

  test('keeps two proxies of three, and writes nowhere but /tmp', () => {
    expect([deployment.spec.replicas, budget.spec.minAvailable]).toEqual([3, 2])
    expect(container.securityContext.readOnlyRootFilesystem).toBe(true)
    const written = container.volumeMounts.filter(({ readOnly }: { readOnly?: boolean }) => !readOnly)
    expect(written.map(({ mountPath }: { mountPath: string }) => mountPath)).toEqual(['/tmp'])
  })
})

test('compose gives the proxy time to stop, and no superuser of the database', () => {
  const { services } = parse(file('deploy/compose.yaml'))
  expect([services.postgres.env_file, services.portside.env_file]).toEqual(['postgres.env', 'portside.env'])
  expect(file('deploy/portside.env.example')).not.toContain('POSTGRES_PASSWORD')
  expect(parseInt(services.portside.stop_grace_period, 10)).toBeGreaterThan(
    readConfig({}).stopTimeoutMs / 1000,
  )
})
