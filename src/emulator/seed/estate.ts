import type { Estate, EstatePlan, ProjectEstate } from '../estate.ts'
import { addressGroups, makeAddressGroups } from './address-groups.ts'
import { chance } from './chance.ts'
import { oddGroups, partnerGroups, tierGroups } from './groups-applications.ts'
import { denyingGroups, referenceGroups, sharedGroups, type GroupDraft } from './groups-shared.ts'
import { generatedGroups, generatedPorts } from './large.ts'
import { groupIds, makeGroups } from './make-groups.ts'
import { makePort } from './make-port.ts'
import { vpcs } from './networks.ts'
import { mainPorts, makePorts, secondProjectRows } from './ports.ts'
import { allow, anyone, anything, cidr, deny, everythingOut, group, over6, tcp } from './rules.ts'

/** The project of the vendor's example (docs/platform.md, Insert). */
export const MAIN_PROJECT = 'f5dab68cd75740e68c599e9af5fe0aed'
/** A second, smaller project. */
export const SECOND_PROJECT = '0d2c6a1f4b7e4f5e9a38c5d1e7b60f42'

const mainGroups: readonly GroupDraft[] = [
  ...referenceGroups,
  ...denyingGroups,
  ...sharedGroups,
  ...tierGroups,
  ...oddGroups,
  ...partnerGroups,
]

const secondProjectGroups: readonly GroupDraft[] = [
  {
    name: 'default',
    description: 'Default security group',
    tags: {},
    rules: [allow(anything, group('default')), ...everythingOut],
  },
  {
    name: 'lab-ssh',
    description: '',
    tags: {},
    rules: [allow(tcp('22'), cidr('10.0.0.0/8')), ...everythingOut],
  },
  { name: 'lab-web', description: '', tags: {}, rules: [allow(tcp('80,443'), anyone), ...everythingOut] },
  {
    name: 'lab-deny-all',
    description: 'Closed for the night',
    tags: {},
    rules: [deny(anything, anyone), deny(over6(anything), anyone)],
  },
]

/** The smallest numbers that `--ports` and `--groups` may name: the estate as it comes. */
export const SMALLEST = {
  ports: mainPorts(MAIN_PROJECT, groupIds(MAIN_PROJECT, mainGroups)).length,
  groups: mainGroups.length,
}

/**
 * Makes the estate of a plan: two projects, the main one filled up by generated ports and groups.
 */
export function makeEstate(plan: EstatePlan): Estate {
  return { made_from: plan, projects: [mainProject(plan), secondProject()] }
}

function mainProject({ ports = SMALLEST.ports, groups = SMALLEST.groups, seed }: EstatePlan): ProjectEstate {
  const next = chance(seed)
  const generated = generatedGroups(Math.max(0, groups - SMALLEST.groups), next)
  const drafts = [...mainGroups, ...generated]
  const ids = groupIds(MAIN_PROJECT, drafts)
  const some = (generated.length > 0 ? generated : mainGroups).map((draft) => ids.get(draft.name) as string)
  const more = generatedPorts(Math.max(0, ports - SMALLEST.ports), some, vpcs.production.id, next)
  return {
    id: MAIN_PROJECT,
    name: 'eu-west-101',
    vpcs: Object.values(vpcs),
    ports: [
      ...mainPorts(MAIN_PROJECT, ids),
      ...more.map((draft, place) => makePort(MAIN_PROJECT, SMALLEST.ports + place, draft)),
    ],
    ...makeGroups(MAIN_PROJECT, drafts, ids),
    address_groups: makeAddressGroups(MAIN_PROJECT, addressGroups),
  }
}

function secondProject(): ProjectEstate {
  const ids = groupIds(SECOND_PROJECT, secondProjectGroups)
  return {
    id: SECOND_PROJECT,
    name: 'eu-west-101_lab',
    vpcs: Object.values(vpcs),
    ports: makePorts(SECOND_PROJECT, secondProjectRows, ids),
    ...makeGroups(SECOND_PROJECT, secondProjectGroups, ids),
    address_groups: [],
  }
}
