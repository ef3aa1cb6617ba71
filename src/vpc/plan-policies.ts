/** How a team wants its changes made: PORTSIDE_CHANGES. `choose`: the operator chooses. */
export const planPolicies = ['choose', 'one-call', 'steps'] as const
/** How a team wants its changes made. */
export type PlanPolicy = (typeof planPolicies)[number]
